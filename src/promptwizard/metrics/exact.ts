import type { MetricSpec } from '../types.ts';
import type { Metric } from './kind.ts';
import { lines, plain } from './plain.ts';
import { answerSpan } from './span.ts';

/** The same text but for Unicode forms, case, outer punctuation, quotes and Markdown. */
export function exactMetric(spec: Extract<MetricSpec, { kind: 'exact' }>): Metric {
  return {
    spec,
    read: (output) => answerSpan(output).span || null,
    score(read, row) {
      const gold = plain(row.answer ?? '');
      if (read === null || gold === '') return 0;
      if (plain(read) === gold) return 1;
      // A reply that no mark ends may say more before its last line, when the answer is one line.
      return lines(row.answer!).length === 1 && plain(lines(read).at(-1) ?? '') === gold ? 1 : 0;
    },
    canScore: (row) => plain(row.answer ?? '') !== '',
    describe: () => 'the exact text',
    ask: 'End with the answer alone in <answer></answer> tags',
    labels: [],
  };
}
