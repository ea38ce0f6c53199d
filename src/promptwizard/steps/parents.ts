/**
 * Parents of a round: the incumbent, then those that are best on some race row (the per-row Pareto set of GEPA, Agrawal
 * et al., arXiv 2507.19457), `top_n` in all. A prompt that alone solves a row may hold what the incumbent lacks.
 */
import type { Run } from '../run.ts';
import type { Candidate } from '../types.ts';
import { armOf } from './armOf.ts';
import { lead } from './race.ts';

export function parentsOf(run: Run): Candidate[] {
  const { race } = run.split;
  const incumbent = run.candidate(run.incumbent);
  const bestOn = new Map<string, number>();
  for (const row of race) {
    const scores = [...run.candidates.keys()].flatMap((id) => {
      const answer = run.answerOf(id, row.id);
      return answer ? [{ id, score: answer.score }] : [];
    });
    const top = Math.max(0, ...scores.map((s) => s.score));
    if (top === 0) continue;
    for (const { id, score } of scores) if (score === top) bestOn.set(id, (bestOn.get(id) ?? 0) + 1);
  }
  const others = [...bestOn.keys()]
    .filter(
      (id) =>
        id !== 'c0' && id !== incumbent.id && (armOf(run, id, race)?.rows ?? 0) >= Math.min(race.length, run.settings.minCorrectCount),
    )
    .map((id) => run.candidate(id))
    .sort((a, b) => lead(run, b.id, race) - lead(run, a.id, race) || run.tokensOf(a.id) - run.tokensOf(b.id));
  return [incumbent, ...others].slice(0, run.settings.topN);
}
