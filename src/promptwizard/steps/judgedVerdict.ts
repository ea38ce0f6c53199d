/**
 * The verdict of an open task (method, sections 6 and 7): replies of winner and start side by side, blind, in both
 * orders; a row is won only when both orders agree. On held-out inputs when there are some, else on the fresh ones.
 */
import { BudgetSpent } from '../errors.ts';
import { createRng } from '../random.ts';
import type { Run, Steps } from '../run.ts';
import { compare, furtherRowsNeeded, keepsUndecided, O_BRIEN_FLEMING, type ScorePair } from '../stats.ts';
import type { Paired, Row, Verdict } from '../types.ts';
import type { Split } from '../plans.ts';
import { askAll, verdictOf } from './arms.ts';
import { prefer } from './judge.ts';

export async function* judgedVerdict(run: Run, split: Split): Steps<Verdict> {
  const winner = run.incumbent;
  const heldOut = split.verdict.length > 0;
  const rows = heldOut ? split.verdict : split.fresh;
  const kept = { outcome: 'no-reliable-gain', result: 'c0', challenger: winner } as const;
  if (winner === 'c0') {
    if (heldOut) {
      yield run.phase('verdict', 0, ['c0'], rows.length, 'verdict', 2 * rows.length);
      yield* askAll(run, ['c0'], rows);
    }
    return verdictOf(run, rows, { ...kept, reason: 'nothing-accepted', looks: 0, comparison: null });
  }
  yield run.phase('verdict', 0, ['c0', winner], rows.length, 'verdict', (heldOut ? 6 : 2) * rows.length);
  const { comparison, complete } = yield* sideBySide(run, winner, rows, heldOut);
  const looks = heldOut ? 1 : 0;
  const base = { result: winner, challenger: winner, looks, comparison };
  if (comparison.rows === 0)
    return verdictOf(run, rows, {
      ...base,
      looks: 0,
      comparison: null,
      outcome: 'inconclusive',
      reason: complete ? 'no-held-out-rows' : 'budget',
    });
  yield { type: 'verdict-look', look: 1, comparison, bound: O_BRIEN_FLEMING.final, decided: true, power: null };
  const { wins, losses, ties, pValue } = comparison;
  // The fresh inputs have taken part in the choice by the checklist; there a draw takes nothing away from it.
  if (losses > wins || (heldOut && losses === wins)) return verdictOf(run, rows, { ...kept, reason: 'not-ahead', looks, comparison });
  if (!heldOut) return verdictOf(run, rows, { ...base, outcome: 'inconclusive', reason: 'no-held-out-rows' });
  if (pValue <= O_BRIEN_FLEMING.final) return verdictOf(run, rows, { ...base, outcome: 'better', reason: 'sign-test' });
  const keep = keepsUndecided(wins, losses);
  return verdictOf(run, rows, {
    ...base,
    outcome: 'inconclusive',
    result: keep ? winner : 'c0',
    reason: !complete ? 'budget' : keep ? 'undecided' : 'undecided-kept-start',
    moreRows: furtherRowsNeeded(wins, losses, ties),
  });
}

/** Row by row, so that a budget that ends early leaves whole rows. `difference` is the share won less the share lost. */
async function* sideBySide(run: Run, winner: string, rows: readonly Row[], ask: boolean): Steps<{ comparison: Paired; complete: boolean }> {
  const pairs: ScorePair[] = [];
  let complete = true;
  try {
    for (const row of rows) {
      if (ask) for (const id of ['c0', winner]) yield* run.ask(run.candidate(id), row, 'verdict');
      const share = yield* prefer(run, run.candidate(winner), run.start, row);
      if (share === null) continue;
      yield { type: 'preferred', candidate: winner, against: 'c0', row: row.id, share };
      pairs.push({ a: share, b: 1 - share });
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    complete = false;
  }
  return { comparison: compare(pairs, { binary: false, rng: createRng(run.seedFor('bootstrap', winner)) }), complete };
}
