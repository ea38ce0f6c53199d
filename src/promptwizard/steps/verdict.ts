/**
 * Start against winner on rows that chose neither (method, section 6). Two looks with O'Brien–Fleming bounds
 * (Biometrics 1979), exact sign test, Newcombe's paired interval.
 */
import { createRng } from '../random.ts';
import type { Run, Steps } from '../run.ts';
import {
  accepts,
  keepsUndecided,
  compare,
  conditionalPower,
  furtherRowsNeeded,
  O_BRIEN_FLEMING,
  ratesFor,
  smallestShowableGain,
} from '../stats.ts';
import type { Paired, Row, Verdict } from '../types.ts';
import { tally } from './accept.ts';
import { askAll, verdictOf } from './arms.ts';
import { judgedVerdict } from './judgedVerdict.ts';
import type { Split } from '../plans.ts';

/** Both candidates on the rows that both have answered, as challenger minus start. */
export function paired(run: Run, challenger: string, start: string, rows: readonly Row[]): Paired {
  const pairs = rows.flatMap((row) => {
    const a = run.answerOf(challenger, row.id);
    const b = run.answerOf(start, row.id);
    return a && b ? [{ a: a.score, b: b.score }] : [];
  });
  const binary = pairs.every(({ a, b }) => (a === 0 || a === 1) && (b === 0 || b === 1));
  return compare(pairs, { binary, epsilon: binary ? 0 : run.margin, rng: createRng(run.seedFor('bootstrap', challenger, start)) });
}

export async function* verdict(run: Run, split: Split): Steps<Verdict> {
  run.inVerdict = true;
  if (run.judged) return yield* judgedVerdict(run, split);
  if (split.verdict.length === 0) return unasked(run, split, 'no-held-out-rows');
  const plain = run.incumbent === 'c0' ? plainAhead(run, split) : null;
  const winner = plain ?? run.incumbent;
  if (winner === 'c0') {
    yield run.phase('verdict', 0, ['c0'], split.verdict.length, 'verdict', split.verdict.length);
    yield* askAll(run, ['c0'], split.verdict);
    return verdictOf(run, split.verdict, {
      outcome: 'no-reliable-gain',
      reason: 'nothing-accepted',
      result: 'c0',
      challenger: 'c0',
      looks: 0,
      comparison: null,
    });
  }
  const all = split.verdict;
  const half = all.slice(0, Math.floor(all.length / 2));
  yield run.phase('verdict', 0, ['c0', winner], all.length, 'verdict', 3 * all.length);
  let looks = 0;
  let seen = half;
  let comparison: Paired = paired(run, winner, 'c0', []);
  let hopeless = false;
  for (const look of [1, 2] as const) {
    seen = look === 1 ? half : all;
    if (seen.length === 0) continue;
    const complete = yield* askAll(run, ['c0', winner], seen);
    comparison = paired(run, winner, 'c0', seen);
    if (!complete && comparison.rows === 0) return unasked(run, split, 'budget');
    const bound = look === 1 ? O_BRIEN_FLEMING.first : O_BRIEN_FLEMING.final;
    const remaining = all.length - seen.length;
    const power = look === 1 ? powerLeft(comparison, remaining, all.length) : null;
    const better = comparison.wins > comparison.losses && comparison.difference > 0 && comparison.pValue <= bound;
    hopeless = power !== null && power < HOPELESS;
    looks = look;
    yield { type: 'verdict-look', look, comparison, bound, decided: better || hopeless || look === 2 || !complete, power };
    if (better) return yield* afterBetter(run, winner, seen, looks, comparison, bound);
    if (hopeless) break;
    if (!complete) return conclude(run, winner, seen, looks, comparison, 'budget', plain !== null);
  }
  return conclude(run, winner, seen, looks, comparison, hopeless ? 'hopeless' : 'undecided', plain !== null);
}

/**
 * The first look ends the verdict without more calls only when hardly any chance is left. At 10 %, as usual in trials,
 * it stops gains of 25 points as often as it saves four calls, for it is reckoned with the smallest gain that the plan
 * promised to show.
 */
const HOPELESS = 0.01;

/** Nothing was accepted, but the plain sentence is ahead in the search: it gets the verdict that is paid for. Delivered only when proven. */
function plainAhead(run: Run, split: Split): string | null {
  const free = [...run.candidates.values()].find((c) => c.madeBy.kind === 'free-baseline');
  if (!free) return null;
  const { wins, losses } = tally(run, free.id, 'c0', [...split.race, ...split.fresh]);
  return wins - losses >= 2 ? free.id : null;
}

/** Chance of ending `better` if the smallest gain that the plan promised were true. */
function powerLeft(c: Paired, remaining: number, total: number): number {
  return conditionalPower({ wins: c.wins, losses: c.losses, remaining, rates: ratesFor(smallestShowableGain(total)) });
}

/** The order of section 6, after both looks or an early end without `better`. */
function conclude(
  run: Run,
  winner: string,
  rows: readonly Row[],
  looks: number,
  comparison: Paired,
  why: 'undecided' | 'hopeless' | 'budget',
  provenOnly: boolean,
): Verdict {
  const { wins, losses, ties, difference, interval } = comparison;
  const base = { challenger: winner, looks, comparison };
  if (wins <= losses || difference <= 0)
    return verdictOf(run, rows, { ...base, outcome: 'no-reliable-gain', reason: 'not-ahead', result: 'c0' });
  if (interval !== null && interval[1] < 0.01)
    return verdictOf(run, rows, { ...base, outcome: 'no-reliable-gain', reason: 'gain-below-one-point', result: 'c0' });
  const keep = !provenOnly && keepsUndecided(wins, losses);
  return verdictOf(run, rows, {
    ...base,
    outcome: 'inconclusive',
    reason: keep ? why : 'undecided-kept-start',
    result: keep ? winner : 'c0',
    moreRows: furtherRowsNeeded(wins, losses, ties),
  });
}

/** After `better` only: is the plain sentence as good? */
async function* afterBetter(
  run: Run,
  winner: string,
  rows: readonly Row[],
  looks: number,
  comparison: Paired,
  bound: number,
): Steps<Verdict> {
  const better = { outcome: 'better', reason: 'sign-test', result: winner, challenger: winner, looks, comparison } as const;
  const free = [...run.candidates.values()].find((c) => c.madeBy.kind === 'free-baseline');
  if (!free || free.id === winner) return verdictOf(run, rows, better);
  yield run.phase('free-baseline', 0, [free.id], rows.length, 'verdict', rows.length);
  const complete = yield* askAll(run, [free.id], rows);
  if (!complete) return verdictOf(run, rows, better);
  const ahead = tally(run, winner, free.id, rows);
  const own = paired(run, free.id, 'c0', rows);
  const againstFree = paired(run, winner, free.id, rows);
  // A row on which the user's own code failed for the plain sentence counts for nobody from now on.
  const counted = paired(run, winner, 'c0', rows);
  const does = !accepts(ahead.wins, ahead.losses) && own.wins > own.losses && own.difference > 0 && own.pValue <= bound;
  if (does)
    return verdictOf(run, rows, {
      ...better,
      reason: 'free-baseline-does-as-well',
      result: free.id,
      comparison: own,
      againstFree,
      free: free.id,
    });
  return verdictOf(run, rows, { ...better, comparison: counted, againstFree, free: free.id });
}

/** No verdict row could be asked of both: none is held out (8 to 19 rows), or the budget was spent before. */
function unasked(run: Run, split: Split, reason: 'no-held-out-rows' | 'budget'): Verdict {
  const winner = run.incumbent;
  const rows = split.fresh;
  if (winner === 'c0')
    return verdictOf(run, rows, {
      outcome: 'no-reliable-gain',
      reason: 'nothing-accepted',
      result: 'c0',
      challenger: 'c0',
      looks: 0,
      comparison: null,
    });
  return verdictOf(run, rows, {
    outcome: 'inconclusive',
    reason,
    result: winner,
    challenger: winner,
    looks: 0,
    comparison: null,
  });
}
