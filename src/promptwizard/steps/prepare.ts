/** From the request to rows, metric, contract, budget and the candidates that need no search (method, section 2). */
import { openTrialCalls, stepCalls, totalCalls } from '../budget.ts';
import { isOpenTask } from '../writing.ts';
import { BudgetSpent, InputError } from '../errors.ts';
import type { RunEvent, SetAside } from '../events.ts';
import { chooseMetric } from '../metrics/choose.ts';
import { metricOf } from '../metrics/metric.ts';
import { PLANS, splitSizes, type SplitSizes } from '../plans.ts';
import type { Run, Steps } from '../run.ts';
import type { Row } from '../types.ts';
import { armOf } from './armOf.ts';
import { MIN_ROWS } from './accept.ts';
import { practiceRows } from './practice.ts';
import { divide, firstCandidates, fits, rowsToShow, settle, splitEvent, tryUnderstand } from './settle.ts';
import { inputRows, usableRows } from './split.ts';
import { isOpen, metricFor } from './understand.ts';
import { prepareOpen } from './open.ts';

/** @throws InputError when the request cannot be run; nothing was spent */
export function checkRequest(run: Run): void {
  const { task, settings, model } = run.input;
  if (task.prompt.trim() === '') throw new InputError('prompt', 'empty', 'Please enter a prompt to optimize.');
  const most = Math.floor((1180 * model.contextSize) / 4096);
  const tokens = run.count(task.prompt) + run.count(task.system ?? '');
  if (tokens > most)
    throw new InputError(
      'prompt',
      'too-long',
      `The prompt has about ${tokens.toLocaleString('en')} tokens; ${model.title} can work on prompts of up to ${most.toLocaleString('en')}. Shorten it, or choose a model with a longer context.`,
    );
  const open = isOpenTask(task);
  if (settings.maxCalls === null || (task.rows.length < MIN_ROWS && !open)) return;
  const needed = open
    ? openTrialCalls(task, settings)
    : totalCalls(stepCalls(PLANS.trial, splitSizes(task.rows.length, 'trial', settings.seenSetSize), settings, false));
  if (settings.maxCalls < needed)
    throw new InputError(
      'max_calls',
      'too-small',
      `max_calls is ${settings.maxCalls}; the smallest plan needs ${needed} calls${open ? '' : ' with these rows'}, its verdict included.`,
    );
}

/** @returns whether there is something to measure on; `run.split` then holds it */
export async function* prepare(run: Run): Steps<boolean> {
  const { task } = run.input;
  const spec = task.metric ?? chooseMetric(task.rows);
  if (spec?.kind === 'checklist') return yield* prepareOpen(run, { spec, found: null });
  const { usable, setAside } = usableRows(task.rows, task.prompt, spec && metricOf(spec), (row) => fits(run, row));
  if (usable.length < MIN_ROWS) return yield* withoutRows(run, usable, setAside);
  const verdictRows = yield* setBudget(run, splitSizes(usable.length, run.plan.name, run.settings.seenSetSize), false);
  yield* divide(run, usable, setAside, verdictRows);
  const found = run.plan.understand ? yield* tryUnderstand(run, run.split.race, false) : null;
  yield* settle(run, spec, task.metric ? 'user' : 'rows', found);
  yield* firstCandidates(run);
  return true;
}

/** Too few rows: the model makes some, where the plan and the kind of task allow it (method, section 7). */
async function* withoutRows(run: Run, own: Row[], aside: SetAside[]): Steps<boolean> {
  const { task, settings } = run.input;
  const trial = run.plan.name === 'trial';
  const wanted = run.plan.name === 'quick' ? 12 : settings.numTrainExamples;
  const chosen = task.metric ?? chooseMetric(task.rows);
  yield* setBudget(run, splitSizes(trial ? 0 : wanted, run.plan.name, settings.seenSetSize), true);
  const inputs = chosen ? own : inputRows(task.rows, task.prompt, (row) => fits(run, row)).usable;
  const found = yield* tryUnderstand(run, rowsToShow(run, inputs, Math.max(inputs.length, wanted)), chosen === null);
  const spec = chosen ?? (isOpen(found, task.prompt) ? null : metricFor(found!, task.prompt));
  if (spec === null) return yield* prepareOpen(run, { spec: null, found });
  yield* settle(run, spec, task.metric ? 'user' : chosen ? 'rows' : 'model', found);
  yield* firstCandidates(run);
  if (trial) {
    yield splitEvent(run, aside);
    yield {
      type: 'note',
      code: 'no-rows-in-trial',
      text: 'The trial plan makes no practice rows. Give eight rows or more with answers, or choose the quick plan.',
    };
    return false;
  }
  const rows = yield* practiceRows(run, own, run.input.task.answerFormat ?? found?.answerFormat ?? '');
  const { usable, setAside } = usableRows(rows, task.prompt, run.metric, (row) => fits(run, row));
  if (usable.length < MIN_ROWS) {
    yield splitEvent(run, setAside);
    yield {
      type: 'note',
      code: 'too-few-rows',
      text: `${usable.length} practice rows could be checked; at least ${MIN_ROWS} are needed to measure anything.`,
    };
    return false;
  }
  const sizes = splitSizes(usable.length, run.plan.name, settings.seenSetSize);
  run.setAhead({ ...stepCalls(run.plan, sizes, settings, false), understand: 0, rows: 0 });
  run.reserved = Math.min(3 * sizes.verdict, run.maxCalls - run.calls);
  yield* divide(run, usable, setAside, Math.floor(run.reserved / 3));
  return !(yield* tooEasy(run));
}

/**
 * Calls in all, and the verdict's part of them. Fewer than the plan wants: search and verdict keep their shares, the
 * verdict at least the trial plan's rows, and the race as many entrants as can be asked to its end.
 * @returns rows that the verdict can pay for
 */
function* setBudget(run: Run, sizes: SplitSizes, make: boolean): Generator<RunEvent, number> {
  const { settings } = run;
  const wanted = stepCalls(run.plan, sizes, settings, make);
  const total = totalCalls(wanted);
  run.maxCalls = settings.maxCalls ?? total;
  let verdictRows = sizes.verdict;
  if (run.maxCalls < total) {
    verdictRows = Math.min(sizes.verdict, Math.max(PLANS.trial.verdictRows, Math.floor((run.maxCalls * wanted.verdict) / total / 3)));
    const needs = (extra: number) => {
      const { understand, rows, mutate, race, fresh } = stepCalls({ ...run.plan, extraEntrants: extra }, sizes, settings, make);
      return understand + rows + race + fresh + (extra > 0 ? mutate : 0);
    };
    let extra = run.plan.extraEntrants;
    while (extra >= 0 && needs(extra) > run.maxCalls - 3 * verdictRows) extra--;
    // Not even start, contract and free baseline to the end of the race: the trial plan's few rows, asked in full.
    run.plan = extra >= 0 ? { ...run.plan, extraEntrants: extra } : { ...PLANS.trial, replyCap: run.plan.replyCap };
    if (extra < 0 && !make)
      verdictRows = Math.min(
        sizes.verdict,
        Math.floor((run.maxCalls - totalCalls({ ...stepCalls(run.plan, sizes, settings, make), verdict: 0 })) / 3),
      );
  }
  run.reserved = Math.min(3 * verdictRows, run.maxCalls);
  run.setAhead({ ...stepCalls(run.plan, sizes, settings, make), verdict: run.reserved });
  yield { type: 'budget', maxCalls: run.maxCalls, reserved: run.reserved, forecastCalls: run.plannedAhead() };
  return verdictRows;
}

/** Practice rows that the start nearly always gets right tell nothing. */
async function* tooEasy(run: Run): Steps<boolean> {
  const { race } = run.split;
  yield run.phase('race', 0, ['c0'], race.length, 'race');
  try {
    for (const row of race) yield* run.ask(run.start, row, 'race');
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const mean = armOf(run, 'c0', race)?.mean ?? 0;
  if (mean < 0.9) return false;
  yield {
    type: 'note',
    code: 'rows-too-easy',
    text: `Your prompt is right on ${Math.round(mean * 100)} % of the practice rows: they are too easy to measure with.`,
  };
  return true;
}
