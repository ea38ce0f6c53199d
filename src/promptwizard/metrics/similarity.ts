import type { MetricSpec } from '../types.ts';
import type { Metric } from './kind.ts';
import { fold } from './plain.ts';
import { answerSpan, answerSpans } from './span.ts';

/** Words; in scripts without spaces, characters. A text of signs alone is one token each. */
function tokensOf(text: string): string[] {
  const folded = fold(text);
  const words = folded.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu); // prettier-ignore
  return words ?? Array.from(folded).filter((c) => c !== ' ');
}

/** F1 over tokens that both texts share, each as often as both have it (Rajpurkar et al., EMNLP 2016, arXiv 1606.05250). */
export function tokenF1(text: string, gold: string): number {
  const said = tokensOf(text);
  const wanted = tokensOf(gold);
  const left = new Map<string, number>();
  for (const token of wanted) left.set(token, (left.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of said) {
    const n = left.get(token) ?? 0;
    if (n === 0) continue;
    shared++;
    left.set(token, n - 1);
  }
  return shared === 0 ? 0 : (2 * shared) / (said.length + wanted.length);
}

/** How much of the words of the marked answer, or of the whole reply, are those of the row's answer. */
export function similarityMetric(spec: Extract<MetricSpec, { kind: 'similarity' }>): Metric {
  return {
    spec,
    read(output) {
      const { span, from } = answerSpan(output);
      if (from === 'mark') return span || null;
      const whole = answerSpans(output).at(-1)!.span;
      return whole.replace(/^[*_#\s]{0,6}(?:final\s)?answer[*_]{0,3}\s?:[*_\s]{0,4}/i, '') || null;
    },
    score: (read, row) => (read === null ? 0 : tokenF1(read, row.answer ?? '')),
    canScore: (row) => tokensOf(row.answer ?? '').length > 0,
    describe: () => 'a text close to the answer',
    ask: 'Put the final text alone in <answer></answer> tags',
    labels: [],
  };
}
