/**
 * Open tasks are judged by the same model (method, section 7): a checklist of yes/no criteria, one letter each; and two
 * replies side by side, in both orders. The judge never learns which prompt wrote what.
 */
import type { LlmReply, LlmRequest, Letters } from '../llm.ts';
import type { Reading } from '../metrics/kind.ts';
import { comparePrompt, judgePrompt } from '../prompts/judge.ts';
import { clip } from '../prompts/fence.ts';
import type { Run, Steps } from '../run.ts';
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

/** What both sides of a judgement are shown: the user's own prompt, never the candidate's. */
const seen = (run: Run, row: Row) => ({
  instruction: clip(run.start.instruction, 600, (t) => run.count(t)),
  input: clip(inputText(row), 500, (t) => run.count(t)),
});

/** The share of criteria met by a reply, each by the chance of its y. */
export async function* judge(run: Run, candidate: Candidate, row: Row, output: string): Steps<Reading> {
  const { criteria } = run;
  if (output.trim() === '') return { read: null, score: 0 };
  const letters: Letters = { of: ['y', 'n'], count: criteria.length };
  const content = judgePrompt({ ...seen(run, row), reply: clip(output, 1200, (t) => run.count(t)), criteria });
  const { reply } = yield* run.call(lettersRequest(run, 'judge', content, letters), { candidate: candidate.id, row: row.id });
  const yes = chances(reply, letters);
  if (yes === null) return { read: null, score: 0 };
  // Two digits are all that the judge is good for, and keep the event short.
  const score = Math.round((100 * yes.reduce((a, b) => a + b, 0)) / yes.length) / 100;
  return { read: yes.map((p) => (p >= 0.5 ? 'y' : 'n')).join(''), score };
}

/** 1: the challenger's reply was preferred in both orders; 0: the start's; 0.5: the orders disagree or nothing was read. */
export async function* prefer(run: Run, challenger: Candidate, start: Candidate, row: Row): Steps<number> {
  const own = run.answerOf(challenger.id, row.id);
  const other = run.answerOf(start.id, row.id);
  if (!own || !other) return 0.5;
  if (own.output === other.output) return 0.5;
  // A reply that was cut or never came loses without a call.
  if ((own.read === null) !== (other.read === null)) return own.read === null ? 0 : 1;
  const letters: Letters = { of: ['A', 'B'], count: 1 };
  const votes: number[] = [];
  for (const first of [own, other]) {
    const second = first === own ? other : own;
    const shown = (text: string) => clip(text, 700, (t) => run.count(t));
    const content = comparePrompt({ ...seen(run, row), first: shown(first.output), second: shown(second.output), criteria: run.criteria });
    const { reply } = yield* run.call(lettersRequest(run, 'compare', content, letters), { row: row.id });
    const chance = chances(reply, letters)?.[0];
    if (chance === undefined) return 0.5;
    votes.push(first === own ? chance : 1 - chance);
  }
  return votes.every((v) => v > 0.5) ? 1 : votes.every((v) => v < 0.5) ? 0 : 0.5;
}
