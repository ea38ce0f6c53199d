/** What a candidate did on some rows, in averages. */
import { markAnswer } from '../metrics/span.ts';
import type { Run, Scored } from '../run.ts';
import { macroF1 } from '../stats/macroF1.ts';
import type { ArmScore, Row } from '../types.ts';

/** Averages over the rows that were asked of the candidate; null when none was. */
export function armOf(run: Run, id: string, rows: readonly Row[]): ArmScore | null {
  const answered = rows.flatMap((row) => {
    const answer = run.answerOf(id, row.id);
    return answer ? [{ row, answer }] : [];
  });
  if (answered.length === 0) return null;
  const found = answered.map(({ answer }) => answer);
  const mean = (of: (s: Scored) => number) => found.reduce((sum, s) => sum + of(s), 0) / found.length;
  return {
    candidate: id,
    mean: mean((s) => s.score),
    rows: found.length,
    unreadable: found.filter((s) => s.read === null).length,
    ...byLabel(run, answered),
    promptTokens: mean((s) => s.tokensIn),
    replyTokens: mean((s) => s.tokensOut),
  };
}

function byLabel({ metric }: Run, answered: { row: Row; answer: Scored }[]): { macroF1?: number } {
  if (metric?.spec.kind !== 'label') return {};
  const pairs = answered.map(({ row, answer }) => ({ read: answer.read, gold: metric.read(markAnswer(row.answer ?? ''), row) ?? '' }));
  const mean = macroF1(pairs);
  return mean === null ? {} : { macroF1: mean };
}
