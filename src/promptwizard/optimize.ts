/**
 * The method (PromptWizard, Agarwal et al., arXiv 2405.18369, with a search that is fair and a verdict on rows it never
 * saw). Yields events and owns nothing: the same input and the same replies give the same events, so a run is resumed
 * by running it again over its stored replies.
 */
import { BudgetSpent } from './errors.ts';
import type { RunEvent } from './events.ts';
import { StoppedError, type Deps, type Llm } from './llm.ts';
import { Run, type Steps } from './run.ts';
import { askForScore, notMeasured, qualityOf, stopped } from './steps/finish.ts';
import { checkMetric } from './steps/checkMetric.ts';
import { checkRequest, prepare } from './steps/prepare.ts';
import { resultOf } from './steps/result.ts';
import { search } from './steps/search.ts';
import { verdict } from './steps/verdict.ts';
import type { OptimizeInput, Verdict } from './types.ts';

/** Of the method: a run that another version recorded is not resumed over its events. */
export const PROMPTWIZARD_VERSION = '1';

/**
 * Runs one optimization.
 * @throws InputError before the first event when the request cannot be run; nothing was spent
 */
export async function* optimize(input: OptimizeInput, llm: Llm, deps: Deps): AsyncGenerator<RunEvent, void> {
  const run = new Run(input, llm, deps);
  checkRequest(run);
  await checkMetric(input.task, run.untrusted);
  yield { type: 'run-started', input, version: PROMPTWIZARD_VERSION };
  const acceptances: Extract<RunEvent, { type: 'acceptance' }>[] = [];
  const inner = stages(run);
  let next = await inner.next();
  for (; !next.done; next = await inner.next()) {
    if (next.value.type === 'acceptance') acceptances.push(next.value);
    yield next.value;
  }
  const decided = next.value;
  const quality = qualityOf(run, decided);
  const arms = [decided.start, decided.free, decided.final];
  for (const [i, arm] of arms.entries()) {
    if (arm && !arms.slice(0, i).some((a) => a?.candidate === arm.candidate))
      yield { type: 'arm', arm, part: quality === 'held-out' ? 'verdict' : 'fresh' };
  }
  yield { type: 'verdict', verdict: decided };
  yield { type: 'done', result: resultOf(run, decided, { quality, acceptances }) };
}

async function* stages(run: Run): Steps<Verdict> {
  try {
    if (!(yield* prepare(run))) return notMeasured(run);
    try {
      yield* search(run);
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error;
      yield { type: 'note', code: 'search-budget', text: `The search has spent its share of the ${error.message}; the verdict follows.` };
    }
    return yield* askForScore(run, yield* verdict(run, run.split));
  } catch (error) {
    if (error instanceof StoppedError) return yield* stopped(run);
    throw error;
  }
}
