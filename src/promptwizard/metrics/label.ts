import type { MetricSpec, Row } from '../types.ts';
import type { Metric } from './kind.ts';
import { atMostWords, escapeRegExp, fold, lines, plain, startsWithAny } from './plain.ts';
import { firstRead, markAnswer, type AnswerSpan } from './span.ts';

const CONCLUDES = /(?<!\p{L})(?:answer|therefore|thus|hence|so|overall|label|category|class|conclusion|classified)(?!\p{L})/iu;
const NEGATED = /(?<!\p{L})(?:not|non|never|neither|nor|isn['’]?t|without|no)[\s_-]{1,2}(?:an?\s)?$/u;
/** Scripts that put no space between words: there a label may touch its neighbours. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** A last line or a whole reply longer than this, in words, argues rather than answers. */
const SHORT_LINE = 12;
const SHORT_REPLY = 40;

const keyOf = (text: string) => fold(text).replace(/[\s_-]+/g, ' ').trim(); // prettier-ignore

interface Mention {
  label: string;
  start: number;
  end: number;
}

export function labelMetric(spec: Extract<MetricSpec, { kind: 'label' }>): Metric {
  const declared = new Map<string, string>();
  for (const label of spec.labels) {
    const key = keyOf(label);
    if (key !== '' && !declared.has(key)) declared.set(key, label.trim());
  }
  const shown = [...declared.values()];
  // A label's own name comes before another's synonym.
  for (const [label, words] of Object.entries(spec.synonyms ?? {})) {
    const meant = declared.get(keyOf(label));
    for (const word of words) if (meant !== undefined && keyOf(word) !== '' && !declared.has(keyOf(word))) declared.set(keyOf(word), meant);
  }
  const byLength = [...declared.keys()].sort((a, b) => b.length - a.length);
  const alternatives = byLength.map((key) => {
    const words = key.split(' ').map(escapeRegExp).join('[\\s_-]{1,3}');
    return UNSPACED.test(key) ? words : `(?<![\\p{L}\\p{N}])${words}(?![\\p{L}\\p{N}])`;
  });
  const any = new RegExp(`${startsWithAny(byLength)}(?:${alternatives.join('|')})`, 'gu');

  /** Labels named in a folded text. A denied one counts as two answers: null. */
  const mentions = (text: string): Mention[] | null => {
    const found: Mention[] = [];
    for (const match of text.matchAll(any)) {
      const end = match.index + match[0].length;
      // "no turn", "no one": a determiner, not an answer.
      if (match[0] === 'no' && /^\s\p{L}/u.test(text.slice(end, end + 3))) continue;
      if (NEGATED.test(text.slice(Math.max(0, match.index - 10), match.index))) return null;
      found.push({ label: declared.get(keyOf(match[0]))!, start: match.index, end });
    }
    return found;
  };
  const only = (found: Mention[] | null): string | null =>
    found !== null && found.length > 0 && found.every(({ label }) => label === found[0]!.label) ? found[0]!.label : null;

  const readSpan = (span: string, from: AnswerSpan['from']): string | null => {
    const exact = declared.get(keyOf(plain(span))) ?? declared.get(keyOf(span));
    if (exact !== undefined) return exact;
    if (from !== 'whole') return only(mentions(fold(span)));
    const rows = lines(span);
    const last = fold(rows.at(-1) ?? '');
    const inLast = mentions(last);
    const label = only(inLast);
    if (label !== null) {
      const { start, end } = inLast!.at(-1)!;
      const atEdge = plain(last.slice(0, start)) === '' || plain(last.slice(end)) === '';
      if (atEdge || atMostWords(last, SHORT_LINE) || CONCLUDES.test(last)) return label;
    }
    if (inLast === null) return null;
    const everywhere = mentions(fold(span));
    const single = only(everywhere);
    if (single === null) return null;
    // A word such as "yes" or "true" somewhere in a long reply is chance; at its beginning it is an answer.
    const first = fold(rows[0] ?? '');
    const opens = declared.get(keyOf(plain(first.split(/[.,:;!\u2013\u2014]/, 1)[0]!)));
    return opens === single || atMostWords(span, SHORT_REPLY) ? single : null;
  };

  const read = (output: string) => firstRead(output, readSpan);
  const goldOf = (row: Row) => (row.answer === undefined ? null : read(markAnswer(row.answer)));
  return {
    spec,
    read,
    score(found, row) {
      return found !== null && found === goldOf(row) ? 1 : 0;
    },
    canScore: (row) => goldOf(row) !== null,
    describe: () => `one of ${shown.join(', ')}`,
    ask: `End with exactly one of these in <answer></answer> tags: ${shown.join(', ')}`,
    labels: shown,
  };
}
