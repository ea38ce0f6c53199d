/** How the rows are shared out, in one sentence. Pure. */
import { openInputs } from '../../promptwizard/budget.ts';
import type { Settings } from '../../promptwizard/settings.ts';
import { splitSizes } from '../../promptwizard/plans.ts';
import type { PlanName } from '../../promptwizard/types.ts';
import { plural } from '../figures.ts';

/** Of an open task: `inputs` of the user's own. */
export function openSplitWords(inputs: number, plan: PlanName, settings: Settings): string {
  const judged = 'There is no single right answer here, so replies are judged by a checklist, by the same model';
  const wanted = openInputs(plan, settings);
  const make = inputs < 8 ? wanted - inputs : 0;
  const made =
    make > 0
      ? ` The model will write ${plural(make, 'input')}${inputs > 0 ? ' more' : ' to try the prompts on'}; you check them before they count.`
      : '';
  const { heldOut } = splitSizes(inputs + make, plan, settings.seenSetSize);
  const kept =
    heldOut > 0
      ? ` ${plural(heldOut, 'input')} are kept back for the verdict.`
      : ' From twenty inputs on, some are kept back for a verdict.';
  return `${judged}.${made}${kept}`;
}

/**
 * `rows`: those with an answer. `showable`: the smallest gain in [0,1] that so many verdict rows can show; null: not known
 * yet. `undecided`: `plan` is only the likely one, and what hangs on it is said to.
 */
export function splitWords(rows: number, plan: PlanName, seenSetSize: number, showable: number | null, undecided = false): string {
  const unlessTrial = undecided ? ' A slow machine gets the trial plan, which measures nothing without rows.' : '';
  if (rows === 0)
    return plan === 'trial'
      ? 'Without rows the trial plan measures nothing. Give at least eight, or choose a larger plan: then the model writes practice rows.'
      : `Without rows, the model will write practice rows. You check them before they count.${unlessTrial}`;
  if (rows < 8)
    return plan === 'trial'
      ? `${plural(rows, 'row')}: too few to measure on. Eight would do, from twenty on there is a verdict.`
      : `${plural(rows, 'row')}: too few to measure on, so the model will write practice rows to go with ${rows === 1 ? 'it' : 'them'}. You check them before they count.${unlessTrial}`;
  const { race, fresh, heldOut, verdict } = splitSizes(rows, plan, seenSetSize);
  if (heldOut === 0)
    return `${rows} rows: all ${race + fresh} to search with, none left for a verdict. From 20 rows on, some are kept back to prove the gain.`;
  const drawn = verdict < heldOut ? `, ${verdict} of them asked in the verdict` : ' for the verdict';
  const gain =
    showable === null
      ? ''
      : `; ${undecided ? `with the ${plan} plan ` : ''}a gain of ${Math.round(showable * 100)} points or more would show`;
  return `${rows} rows: ${race + fresh} to search with, ${heldOut} kept back${drawn}${gain}.`;
}
