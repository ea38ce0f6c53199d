/** Nearly as good and much cheaper to ask: the best prompt whose replies are about as short as the start's (section 6). */
import { flatPrompt } from '../render.ts';
import type { Run } from '../run.ts';
import type { Alternative, Candidate, Verdict } from '../types.ts';
import { armOf } from './armOf.ts';
import { MIN_ROWS, tally } from './accept.ts';

/** Replies of the result must be this many times longer than the start's to make anything cheaper worth a word. */
const LONGER = 3;
/** Of the result's gain in the search the cheaper one must keep this share. */
const SHARE = 0.5;

export function alternativeTo(run: Run, verdict: Verdict): Alternative | null {
  const { result } = verdict;
  if (result === 'c0' || run.judged) return null;
  const rows = [...run.split.race, ...run.split.fresh];
  const start = armOf(run, 'c0', rows);
  const own = armOf(run, result, rows);
  if (!start || !own || own.replyTokens < LONGER * start.replyTokens) return null;
  const gain = own.mean - start.mean;
  const cheap = [...run.candidates.values()].flatMap((candidate): { candidate: Candidate; score: NonNullable<typeof own> }[] => {
    if (candidate.id === 'c0' || candidate.id === result) return [];
    const score = armOf(run, candidate.id, rows);
    if (!score || score.rows < MIN_ROWS || score.replyTokens > 1.5 * start.replyTokens + 5) return [];
    const { wins, losses } = tally(run, candidate.id, 'c0', rows);
    return wins > losses ? [{ candidate, score }] : [];
  });
  const best = cheap.sort((a, b) => b.score.mean - a.score.mean || run.tokensOf(a.candidate.id) - run.tokensOf(b.candidate.id))[0];
  if (!best || best.score.mean - start.mean < SHARE * gain) return null;
  return { ...best.score, optimizedPrompt: flatPrompt(best.candidate, run.task) };
}
