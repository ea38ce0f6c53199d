/** The answer contract: how an answer is asked for, shown in examples, and found in a reply. One description for all. */
import type { MetricSpec } from '../types.ts';
import { metricOf } from './metric.ts';

export { answerSpan, markAnswer, stripThinking, type AnswerSpan } from './span.ts';

/**
 * One sentence for the end of a prompt. `answerFormat` says more about the form ("whole dollars"). Empty for free
 * text: without a metric nothing is marked, and a format alone is asked for as it is.
 */
export function contractFor(spec: MetricSpec | null, answerFormat = ''): string {
  const format = answerFormat.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (spec === null) return format && `Give the answer in this form: ${format}.`;
  const { ask } = metricOf(spec);
  if (ask === '') return format && `Give the answer in this form: ${format}.`;
  return format ? `${ask} (${format}).` : `${ask}.`;
}

/** Names that a rewritten prompt must not lose when its parent has them: labels, or letters as `(A)`. */
export const labelsOf = (spec: MetricSpec | null): string[] => (spec === null ? [] : metricOf(spec).labels);
