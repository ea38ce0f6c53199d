/** Worked solutions for examples: replies that reached the known answer, checked, short ones first (method, section 5). */
import { readingOf } from '../metrics/metric.ts';
import { answerSpan } from '../metrics/reading.ts';
import { renderMessages } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import { FREE_SENTENCE, withSentence } from '../styles.ts';
import type { Candidate, Row } from '../types.ts';

/** The steps before the answer mark; null when the reply is the answer alone or too long to show. */
export function stepsBeforeAnswer(run: Run, output: string, answer: string): string | null {
  const { span, from } = answerSpan(output);
  const text = output.replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, '').trim();
  const end = from === 'mark' ? text.search(/<\s*answer\b[^>]*>(?![\s\S]*<\s*answer\b)/i) : text.lastIndexOf(span);
  const steps = (end > 0 ? text.slice(0, end) : text).trim();
  if (steps.length <= answer.length + 20 || run.count(steps) > 160) return null;
  return steps;
}

/** A short chain that ends in the row's answer, from this run's own replies or two more tries; null: answer only. */
export async function* chainFor(run: Run, row: Row, parent: Candidate): Steps<string | null> {
  const found = [...run.answers.values()]
    .map((own) => own.get(row.id))
    .flatMap((s) => (s && s.score >= 0.999 && s.finish === 'stop' ? [stepsBeforeAnswer(run, s.output, row.answer ?? '')] : []))
    .filter((steps): steps is string => steps !== null)
    .sort((a, b) => a.length - b.length);
  if (found[0] !== undefined) return found[0];
  for (const instruction of [withSentence(parent.instruction, FREE_SENTENCE), parent.instruction]) {
    if (run.searchCallsLeft() < 2) return null;
    const request = run.solveRequest(renderMessages({ ...parent, instruction, contract: true, demos: [] }, row, run.task));
    if (!request) return null;
    const { reply } = yield* run.call({ ...request, purpose: 'reason' }, { row: row.id });
    if (reply.finish !== 'stop' || !run.metric) continue;
    const { read, score, error } = await readingOf(run.metric, reply.text, row, run.untrusted);
    if (read === null || error !== undefined || score < 0.999) continue;
    const steps = stepsBeforeAnswer(run, reply.text, row.answer ?? '');
    if (steps !== null) return steps;
  }
  yield { type: 'rejected', source: 'reason', text: '', reason: 'unreadable' };
  return null;
}
