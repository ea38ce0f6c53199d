/** Both sides of a verdict: asked on its rows, and their averages on the same ones. */
import { BudgetSpent } from '../errors.ts';
import type { Run, Steps } from '../run.ts';
import type { Paired, Row, Verdict } from '../types.ts';
import { armOf } from './armOf.ts';

/** @returns false when the budget ended it early; what was answered still counts */
export async function* askAll(run: Run, ids: readonly string[], rows: readonly Row[]): Steps<boolean> {
  try {
    for (const id of ids) for (const row of rows) yield* run.ask(run.candidate(id), row, 'verdict');
    return true;
  } catch (error) {
    if (error instanceof BudgetSpent) return false;
    throw error;
  }
}

export type Decided = Pick<Verdict, 'outcome' | 'reason' | 'result' | 'challenger' | 'looks' | 'comparison'> & {
  moreRows?: number | null;
  againstFree?: Paired;
  free?: string;
};

/** All scores of a verdict count the same rows: those that start, result and, where it was asked, free baseline have answered. */
export function verdictOf(run: Run, rows: readonly Row[], d: Decided): Verdict {
  const { moreRows, againstFree, free, ...rest } = d;
  const ids = ['c0', d.result, ...(free ? [free] : [])];
  const shared = rows.filter((row) => ids.every((id) => run.answerOf(id, row.id)));
  return {
    ...rest,
    start: armOf(run, 'c0', shared),
    final: armOf(run, d.result, shared),
    free: free ? armOf(run, free, shared) : null,
    againstFree: againstFree ?? null,
    moreRows: moreRows ?? null,
  };
}
