import type { MetricSpec } from '../types.ts';
import type { Metric } from './kind.ts';
import { fold, plain } from './plain.ts';
import { answerSpan, answerSpans } from './span.ts';

const WORD = /[\p{L}\p{N}]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** Whether `part` stands in `text` as whole words: "6" does not stand in "16". */
function holds(text: string, part: string): boolean {
  const first = Array.from(part)[0] ?? '';
  const last = Array.from(part).at(-1) ?? '';
  const closed = (side: string) => WORD.test(side) && !UNSPACED.test(side);
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
    const after = Array.from(text.slice(at + part.length, at + part.length + 2))[0] ?? '';
    if (!(closed(first) && WORD.test(before)) && !(closed(last) && WORD.test(after))) return true;
  }
  return false;
}

/** The row's answer stands in the marked answer, or, without a mark, anywhere in the reply. */
export function containsMetric(spec: Extract<MetricSpec, { kind: 'contains' }>): Metric {
  return {
    spec,
    read(output) {
      const { span, from } = answerSpan(output);
      return (from === 'mark' ? span : answerSpans(output).at(-1)!.span) || null;
    },
    score(read, row) {
      const gold = plain(row.answer ?? '');
      if (read === null || gold === '') return 0;
      return holds(plain(read), gold) || holds(fold(read), fold(row.answer!)) ? 1 : 0;
    },
    canScore: (row) => plain(row.answer ?? '') !== '',
    describe: () => 'a text that contains the answer',
    ask: 'End with the answer in <answer></answer> tags',
    labels: [],
  };
}
