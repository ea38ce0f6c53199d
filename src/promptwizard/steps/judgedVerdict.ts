/**
 * The verdict of an open task (method, sections 6 and 7): replies of winner and start side by side, blind, in both
 * orders; a row is won only when both orders agree. On held-out inputs when there are some, else on the fresh ones.
 */
import { BudgetSpent } from '../errors.ts';
import { createRng } from '../random.ts';
import type { Run, Steps } from '../run.ts';
import { compare, keepsUndecided, furtherRowsNeeded, O_BRIEN_FLEMING, type ScorePair } from '../stats.ts';
import type { Paired, Row, Verdict } from '../types.ts';
import type { Split } from '../plans.ts';
import { prefer } from './judge.ts';
import { askAll, verdictOf } from './arms.ts';

export async function* judgedVerdict(run: Run, split: Split): Steps<Verdict> {
  const winner = run.incumbent;
  const heldOut = split.verdict.length > 0;
  const rows = heldOut ? split.verdict : split.fresh;
  const kept = { outcome: 'no-reliable-gain', result: 'c0', challenger: winner } as const;
  if (winner === 'c0') return verdictOf(run, rows, { ...kept, reason: 'nothing-accepted', looks: 0, comparison: null });
  yield run.phase('verdict', 0, ['c0', winner], rows.length, 'verdict', (heldOut ? 6 : 2) * rows.length);
  // The fresh ones both have answered already.
  if (heldOut) yield* askAll(run, ['c0', winner], rows);
  const { comparison, complete } = yield* sideBySide(run, winner, rows);
  const looks = heldOut ? 1 : 0;
  yield { type: 'verdict-look', look: 1, comparison, bound: O_BRIEN_FLEMING.final, decided: true, power: null };
  const { wins, losses, ties, pValue } = comparison;
  if (losses > wins) return verdictOf(run, rows, { ...kept, reason: 'not-ahead', looks, comparison });
  const base = { result: winner, challenger: winner, looks, comparison };
  if (heldOut && wins > losses && pValue <= O_BRIEN_FLEMING.final)
    return verdictOf(run, rows, { ...base, outcome: 'better', reason: 'sign-test' });
  // The search has shown it ahead by the checklist; a judge that can not tell the replies apart takes nothing away.
  const keep = !heldOut || wins === losses || keepsUndecided(wins, losses);
  return verdictOf(run, rows, {
    ...base,
    outcome: 'inconclusive',
    result: keep ? winner : 'c0',
    reason: !heldOut ? 'no-held-out-rows' : !complete ? 'budget' : keep ? 'undecided' : 'undecided-kept-start',
    moreRows: heldOut ? furtherRowsNeeded(wins, losses, ties) : null,
  });
}

/** Rows won, lost and tied by preference; `difference` is the share won less the share lost. */
async function* sideBySide(run: Run, winner: string, rows: readonly Row[]): Steps<{ comparison: Paired; complete: boolean }> {
  const pairs: ScorePair[] = [];
  let complete = true;
  try {
    for (const row of rows) {
      if (!run.answerOf(winner, row.id) || !run.answerOf('c0', row.id)) continue;
      const share = yield* prefer(run, run.candidate(winner), run.start, row);
      yield { type: 'preferred', candidate: winner, against: 'c0', row: row.id, share };
      pairs.push({ a: share, b: 1 - share });
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    complete = false;
  }
  return { comparison: compare(pairs, { binary: false, rng: createRng(run.seedFor('bootstrap', winner)) }), complete };
}
