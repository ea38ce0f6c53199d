/**
 * Worked solutions for examples (method, section 5): a right answer does not make a good chain, and one example sets the
 * layout of every later reply. So several are had, and `examples.ts` tries each alone.
 */
import { answerSpan, stripThinking } from '../metrics/reading.ts';
import { rationalePrompt } from '../prompts/reason.ts';
import { renderMessages } from '../render.ts';
import { isWhole, type Run, type Steps } from '../run.ts';
import { FREE_SENTENCE, withSentence } from '../styles.ts';
import type { Candidate, Row } from '../types.ts';
import { inputText } from './inputs.ts';

export interface Chain {
  row: Row;
  steps: string;
}

/** Tokens of a chain at most; a whole example has 220 (method, section 9). */
const LONGEST = 160;

/** The steps before the answer mark; null when the reply is the answer alone or too long to show. */
export function stepsBeforeAnswer(run: Run, output: string, answer: string): string | null {
  const text = stripThinking(output).trim();
  const { span, from } = answerSpan(text);
  const end = from === 'mark' ? text.search(/<\s*answer\b[^>]*>(?![\s\S]*<\s*answer\b)/i) : text.lastIndexOf(span);
  const steps = (end > 0 ? text.slice(0, end) : text).trim();
  if (steps.length <= answer.length + 20 || run.count(steps) > LONGEST) return null;
  return steps;
}

/** Chains of this run's own right replies to these rows: of different candidates, short ones first, at most two a row. */
export function ownChains(run: Run, rows: readonly Row[]): Chain[] {
  return rows
    .flatMap((row) => {
      const found = [...run.answers.values()]
        .map((own) => own.get(row.id))
        .flatMap((s) => (s && s.score >= 0.999 && s.finish === 'stop' ? [stepsBeforeAnswer(run, s.output, row.answer ?? '')] : []))
        .filter((steps): steps is string => steps !== null)
        .sort((a, b) => a.length - b.length);
      return [...new Set(found)].slice(0, 2).map((steps) => ({ row, steps }));
    })
    .sort((a, b) => a.steps.length - b.steps.length);
}

/** A new chain for a row: two solutions, then a rationale for the known answer; null: the row is shown with its answer only. */
export async function* newChain(run: Run, row: Row, parent: Candidate): Steps<Chain | null> {
  for (const instruction of [withSentence(parent.instruction, FREE_SENTENCE), parent.instruction]) {
    if (run.searchCallsLeft() < 2) return null;
    const steps = yield* solved(run, row, renderMessages({ ...parent, instruction, contract: true, demos: [] }, row, run.task));
    if (steps !== null) return { row, steps };
  }
  if (run.searchCallsLeft() < 2) return null;
  const told = rationalePrompt({
    instruction: parent.instruction,
    input: inputText(row),
    answer: row.answer ?? '',
    contract: run.contract,
  });
  const steps = yield* solved(run, row, [{ role: 'user', content: told }]);
  if (steps === null) yield { type: 'rejected', source: 'reason', text: '', reason: 'unreadable' };
  return steps === null ? null : { row, steps };
}

/** The steps of one more reply, when it ends in the row's answer. */
async function* solved(run: Run, row: Row, messages: Parameters<Run['solveRequest']>[0]): Steps<string | null> {
  const request = run.solveRequest(messages);
  if (!request) return null;
  const { reply } = yield* run.call({ ...request, purpose: 'reason' }, { row: row.id });
  if (reply.finish !== 'stop' || !isWhole(reply)) return null;
  const { score } = await run.reading(reply.text, row);
  return score < 0.999 ? null : stepsBeforeAnswer(run, reply.text, row.answer ?? '');
}
