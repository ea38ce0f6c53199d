import { answerSpan, markAnswer, stripThinking } from './span.ts';
import type { MetricSpec, Row } from '../types.ts';
import type { UntrustedAnswer } from '../llm.ts';
import type { Metric, Reading } from './kind.ts';

/** Rows that the code is tried on before a run, with the right answer as the reply. */
const TRIED = 5;

const clamp = (score: number): number => Math.min(1, Math.max(0, score));

const shown = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? `the text “${value.slice(0, 40)}”` : Array.isArray(value) ? 'a list' : 'an object';
};

/** A score in [0,1], or why there is none. True is 1 and false is 0; a text is no number, whatever it says. */
function scoreOf(answer: UntrustedAnswer): { score: number } | { error: string } {
  if (!answer.ok) return { error: answer.error };
  const { value } = answer;
  if (typeof value === 'boolean') return { score: value ? 1 : 0 };
  if (typeof value === 'number' && Number.isFinite(value)) return { score: clamp(value) };
  return { error: `Your metric gave back ${shown(value)} instead of a number from 0 to 1.` };
}

/** The user's own function. What it does not score counts for no candidate: see `Run.faulty`. */
export function customMetric(spec: Extract<MetricSpec, { kind: 'custom' }>): Metric {
  const argsFor = (output: string, { id, question, inputs, answer }: Row) => [
    stripThinking(output),
    { id, question, inputs: inputs ?? {}, ...(answer === undefined ? {} : { answer }) },
  ];
  return {
    spec,
    read: (output) => answerSpan(output).span,
    // Only what runs the code can score by it.
    score: () => 0,
    async evaluate(output, row, run): Promise<Reading> {
      const read = answerSpan(output).span;
      const found = scoreOf(await run({ kind: 'function', code: spec.code, args: argsFor(output, row) }));
      return 'error' in found ? { read, score: 0, error: found.error } : { read, score: found.score };
    },
    async check(rows, run) {
      if (rows.length === 0) {
        const made = await run({
          kind: 'function',
          code: `() => typeof (\n${spec.code.replace(/[\s;]+$/, '')}\n) === 'function'`,
          args: [],
        });
        return made.ok ? (made.value === true ? null : 'Your metric is not a function.') : made.error;
      }
      let why: string | null = null;
      for (const row of rows.slice(0, TRIED)) {
        const found = scoreOf(await run({ kind: 'function', code: spec.code, args: argsFor(markAnswer(row.answer ?? ''), row) }));
        if (!('error' in found)) return null;
        why ??= found.error;
      }
      return why;
    },
    canScore: () => true,
    describe: () => 'what your metric scores',
    ask: '',
    labels: [],
  };
}
