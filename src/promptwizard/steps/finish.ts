/** The end of a run in each of its forms: measured, not measured, stopped. */
import { freshRows } from '../budget.ts';
import { BudgetSpent } from '../errors.ts';
import type { Run, Steps } from '../run.ts';
import type { Quality, Row, Verdict } from '../types.ts';
import { armOf } from './armOf.ts';
import { firstCandidates } from './settle.ts';
import { verdictOf } from './arms.ts';
import { paired } from './verdict.ts';

/** The plain sentence and the contract, said to be unmeasured; the only prompt ever returned without a score (section 7). */
export function notMeasured(run: Run): Verdict {
  const free = [...run.candidates.values()].find((c) => c.madeBy.kind === 'free-baseline');
  const listed = [...run.candidates.values()].find((c) => c.madeBy.kind === 'criteria');
  const result = run.metric ? (free?.id ?? listed?.id ?? 'c0') : 'c0';
  return {
    ...verdictOf(run, [], { outcome: 'not-measured', reason: 'not-measured', result, challenger: result, looks: 0, comparison: null }),
    start: null,
    final: null,
  };
}

/** Stopped by the person: the best accepted so far, with what is known of it. No call is made. */
export function* stopped(run: Run): Generator<import('../events.ts').RunEvent, Verdict> {
  if (run.candidates.size === 0) yield* firstCandidates(run);
  const winner = run.incumbent;
  const { rows } = scoredRows(run, winner);
  const comparison = winner === 'c0' ? null : paired(run, winner, 'c0', rows);
  return verdictOf(run, rows, {
    outcome: 'stopped',
    reason: 'stopped',
    result: winner,
    challenger: winner,
    looks: 0,
    comparison: comparison && comparison.rows > 0 ? comparison : null,
  });
}

/** The rows that the quality score counts: verdict rows, else fresh, else race, as far as the candidate was asked. */
export function scoredRows(run: Run, id: string): { rows: Row[]; part: 'verdict' | 'fresh' | 'race' } {
  const asked = (rows: readonly Row[]) => rows.filter((row) => run.answerOf(id, row.id));
  const { verdict, fresh, race } = run.split;
  for (const [part, rows] of [['verdict', asked(verdict)], ['fresh', asked(fresh)]] as const) if (rows.length > 0) return { rows, part }; // prettier-ignore
  return { rows: asked(race), part: 'race' };
}

export function qualityOf(run: Run, verdict: Verdict): Quality {
  const { rows, part } = scoredRows(run, verdict.result);
  if (verdict.outcome === 'not-measured' || rows.length === 0) return 'none';
  if (run.judged) return 'judged';
  if (rows.some((row) => row.origin === 'synthetic')) return 'synthetic';
  return part === 'verdict' && verdict.outcome !== 'stopped' ? 'held-out' : 'selection';
}

/** A start that no verdict row was asked of is scored on the fresh rows now; who won the search has them already. */
export async function* askForScore(run: Run, verdict: Verdict): Steps<Verdict> {
  if (verdict.result !== 'c0' || scoredRows(run, 'c0').part === 'verdict') return verdict;
  run.inVerdict = true;
  const { fresh } = run.split;
  try {
    for (const row of fresh.slice(0, freshRows(run.plan, fresh.length))) yield* run.ask(run.start, row, 'fresh');
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const arm = armOf(run, 'c0', scoredRows(run, 'c0').rows);
  return { ...verdict, start: arm, final: arm };
}
