/**
 * Open tasks are judged by the same model (method, section 7): a checklist of yes/no criteria, one letter each; and two
 * replies side by side, in both orders. The judge never learns which prompt wrote what.
 */
import type { LlmReply, LlmRequest, Letters } from '../llm.ts';
import type { Reading } from '../metrics/kind.ts';
import { comparePrompt, judgePrompt } from '../prompts/judge.ts';
import { clip } from '../prompts/fence.ts';
import type { Run, Scored, Steps } from '../run.ts';
import type { Candidate, Row } from '../types.ts';
import { inputText } from './inputs.ts';

/** Log-probabilities are read at temperature 1 (method, section 1): engines give them after temperature. */
const JUDGING_TEMPERATURE = 1;

/** A call that answers in letters only. */
export function lettersRequest(run: Run, purpose: 'judge' | 'compare' | 'coherence', content: string, letters: Letters): LlmRequest {
  return {
    purpose,
    messages: [{ role: 'user', content }],
    letters,
    // Room for an engine that puts something between the letters.
    maxTokens: 2 * letters.count + 4,
    temperature: JUDGING_TEMPERATURE,
    seed: run.seedFor('judge', content),
  };
}

/** By position the chance of the first letter: as the engine tells, else 1 or 0 as written; null when too few were written. */
export function chances(reply: LlmReply, { of, count }: Letters): number[] | null {
  if (reply.probabilities && reply.probabilities.length >= count) return reply.probabilities.slice(0, count).map((p) => p[0] ?? 0);
  const wanted = of.map((letter) => letter.toLowerCase());
  // Words such as "yes" begin with their letter; anything else is left out.
  const written = (reply.text.toLowerCase().match(/\p{L}+/gu) ?? []).flatMap((word) =>
    Array.from(word).every((c) => wanted.includes(c)) ? Array.from(word) : wanted.includes(word[0]!) ? [word[0]!] : [],
  );
  return written.length < count ? null : written.slice(0, count).map((letter) => (letter === wanted[0] ? 1 : 0));
}

/** What both sides of a judgement are shown: what the user asks for, never the candidate's words. */
const seen = (run: Run, row: Row) => ({
  instruction: clip(run.request, 600, (t) => run.count(t)),
  input: clip(inputText(row), 500, (t) => run.count(t)),
});

/** The chances of a judge's letters; asked once more, at another seed, when none can be read. null: not then either. */
async function* letters(
  run: Run,
  purpose: 'judge' | 'compare',
  content: string,
  wanted: Letters,
  about: { candidate?: string; row: string },
): Steps<number[] | null> {
  const request = lettersRequest(run, purpose, content, wanted);
  const first = chances((yield* run.call(request, about)).reply, wanted);
  if (first !== null) return first;
  return chances((yield* run.call({ ...request, seed: run.seedFor('judge again', content) }, about)).reply, wanted);
}

/** The share of criteria met by a reply, each by the chance of its y. A judge that can not be read makes the row count for nobody. */
export async function* judge(run: Run, candidate: Candidate, row: Row, output: string): Steps<Reading> {
  const { criteria } = run;
  if (output.trim() === '') return { read: null, score: 0 };
  const content = judgePrompt({ ...seen(run, row), reply: clip(output, 1200, (t) => run.count(t)), criteria });
  const yes = yield* letters(run, 'judge', content, { of: ['y', 'n'], count: criteria.length }, { candidate: candidate.id, row: row.id });
  if (yes === null) return { read: null, score: 0, error: 'The judge gave no verdict on this reply that could be read.' };
  // Two digits are all that the judge is good for, and keep the event short.
  const score = Math.round((100 * yes.reduce((a, b) => a + b, 0)) / yes.length) / 100;
  return { read: yes.map((p) => (p >= 0.5 ? 'y' : 'n')).join(''), score };
}

const isReply = ({ finish, output }: Scored): boolean => finish === 'stop' && output.trim() !== '';

/**
 * 1: the challenger's reply was preferred in both orders; 0: the start's; 0.5: neither. null: one of them was never asked,
 * or the judge can not be read.
 */
export async function* prefer(run: Run, challenger: Candidate, start: Candidate, row: Row): Steps<number | null> {
  const own = run.answerOf(challenger.id, row.id);
  const other = run.answerOf(start.id, row.id);
  if (!own || !other) return null;
  if (own.output === other.output) return 0.5;
  // A reply that was cut or never came loses without a call.
  if (isReply(own) !== isReply(other)) return isReply(own) ? 1 : 0;
  if (!isReply(own)) return 0.5;
  const votes: number[] = [];
  for (const first of [own, other]) {
    const second = first === own ? other : own;
    const shown = (text: string) => clip(text, 700, (t) => run.count(t));
    const content = comparePrompt({
      ...seen(run, row),
      first: shown(first.output),
      second: shown(second.output),
      criteria: run.criteria,
    });
    const chance = (yield* letters(run, 'compare', content, { of: ['A', 'B'], count: 1 }, { row: row.id }))?.[0];
    if (chance === undefined) return null;
    votes.push(first === own ? chance : 1 - chance);
  }
  return votes.every((v) => v > 0.5) ? 1 : votes.every((v) => v < 0.5) ? 0 : 0.5;
}
