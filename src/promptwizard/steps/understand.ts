/** One call: what kind of answer is wanted, its labels and format, and the task in words that fit all rows (section 2.2). */
import { readObject, readStrings, textOf } from '../json.ts';
import { checklist } from './checklist.ts';
import { ANSWER_KINDS, understandPrompt, understandSchema, type AnswerKind } from '../prompts/understand.ts';
import { clip } from '../prompts/fence.ts';
import type { Run, Steps } from '../run.ts';
import { asksForWriting } from '../writing.ts';
import type { MetricSpec, Row } from '../types.ts';
import { inputText } from './inputs.ts';
import { echoes } from './validate.ts';

export interface Understanding {
  kind: AnswerKind | null;
  labels: string[];
  answerFormat: string;
  description: string;
  /** A checklist for open tasks; empty when none was asked for. */
  criteria: string[];
}

export async function* understand(run: Run, raceRows: readonly Row[], withCriteria: boolean): Steps<Understanding> {
  const samples = raceRows
    .filter((row) => run.count(row.question) <= 120)
    .slice(0, 10)
    .map((row) => {
      const answer = row.answer?.trim();
      return clip(inputText(row), 120, (t) => run.count(t)) + (answer ? `\n→ ${clip(answer, 30, (t) => run.count(t))}` : '');
    });
  const prompt = understandPrompt(
    clip(run.request, 1200, (t) => run.count(t)),
    samples,
    withCriteria,
  );
  const room = withCriteria ? 480 : 220;
  const reply = yield* run.write('understand', [{ role: 'user', content: prompt }], room, understandSchema(withCriteria));
  const found = readObject(reply.text) ?? {};
  const kind = ANSWER_KINDS.find((k) => k === textOf(found.kind)) ?? null;
  if (kind === null)
    yield {
      type: 'note',
      code: 'understand-unreadable',
      text: 'The model could not describe the task; the search goes on without a description.',
    };
  const task = textOf(found.task);
  const labels = Array.isArray(found.labels) ? [...new Set(found.labels.map(textOf).filter((l) => l !== '' && l.length <= 40))] : [];
  return {
    kind,
    labels: labels.slice(0, 12),
    answerFormat: clip(textOf(found.answer_format), 30, (t) => run.count(t)),
    // An echo of the request says nothing, and would stand in every later one.
    description: echoes(task, prompt, run.request) ? '' : clip(task, 80, (t) => run.count(t)),
    criteria: withCriteria ? checklist(readStrings(reply.text, 'criteria', reply.finish !== 'stop')) : [],
  };
}

/** Whether many different replies can be good: then there is nothing to compare with, only to judge. */
export const isOpen = (found: Understanding | null, prompt: string): boolean =>
  !found || found.kind === null || found.kind === 'free text' || found.kind === 'JSON' || asksForWriting(prompt);

/**
 * The metric for rows that are still to be made; null for open tasks. Letters only when the prompt itself speaks of
 * lettered options: a small model says "choice" to anything, and the contract would ask for letters that are not there.
 */
export function metricFor(u: Understanding, prompt: string): MetricSpec | null {
  switch (u.kind) {
    case 'number':
      return { kind: 'number' };
    case 'choice':
      return /\([A-F]\)|\b[A-F]\)|\boptions?\b|multiple.choice/i.test(prompt)
        ? { kind: 'choice', letters: ['A', 'B', 'C', 'D', 'E', 'F'] }
        : { kind: 'exact' };
    case 'label':
      return u.labels.length >= 2 ? { kind: 'label', labels: u.labels } : { kind: 'exact' };
    case 'short text':
      return { kind: 'exact' };
    default:
      return null;
  }
}
