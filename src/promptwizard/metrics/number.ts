import type { MetricSpec, Row } from '../types.ts';
import type { Metric } from './kind.ts';
import { numberInWords, numerals } from './numerals.ts';
import { atMostWords, lines } from './plain.ts';
import { firstRead, markAnswer, type AnswerSpan } from './span.ts';

/** Numbers in words count in short texts only: "no one" and "this one" are no answers. */
const WORDS_READ = 6;

/** A number that counts steps or items of a list is not what a reply ends with. */
const LABELLED = /(?:^|[^\p{L}])(?:step|part|question|section|example|figure|table|chapter)\s{0,2}#?$/iu;
const LIST_START = /(?:^|\n)[ \t>*#-]{0,6}$/;

function readSpan(span: string, from: AnswerSpan['from']): string | null {
  const { source, found } = numerals(span);
  if (found.length === 0) return atMostWords(span, WORDS_READ) ? numberInWords(span) : null;
  if (from !== 'whole') {
    const [last, other] = [found.at(-1)!, found.at(-2)];
    // "5 or 6" is two answers.
    if (other && other.text !== last.text && /^\s{0,3}or\s{0,3}$/i.test(source.slice(other.end, last.start))) return null;
    return last.text;
  }
  const several = lines(source).length > 1;
  for (const { text, start, end } of found.toReversed()) {
    const before = source.slice(Math.max(0, start - 12), start);
    if (LABELLED.test(before)) continue;
    if (several && LIST_START.test(start > 12 ? `x${before}` : before) && /^[.)]\s{1,4}\S/.test(source.slice(end, end + 6))) continue;
    return text;
  }
  return null;
}

const valueOf = (read: string) => Number(read.replace('%', ''));

interface Tolerance {
  tolerance?: number;
  relative?: number;
}

/** Absolute or relative tolerance, whichever allows more. "45%" is 45 and 0.45. */
function equal(read: string, gold: string, { tolerance = 0, relative = 0 }: Tolerance): boolean {
  // Beyond 2⁵³ digits say more than numbers do.
  if (tolerance === 0 && relative === 0 && /^-?\d{16,}$/.test(read) && /^-?\d{16,}$/.test(gold)) return read === gold;
  const [x, y] = [valueOf(read), valueOf(gold)];
  const near = (a: number, b: number) => Math.abs(a - b) <= Math.max(tolerance, relative * Math.abs(b)) + 1e-9 * Math.abs(b) + 1e-12;
  if (near(x, y)) return true;
  if (read.endsWith('%') === gold.endsWith('%')) return false;
  return read.endsWith('%') ? near(x / 100, y) : near(x, y / 100);
}

export function numberMetric(spec: Extract<MetricSpec, { kind: 'number' }>): Metric {
  const read = (output: string) => firstRead(output, readSpan);
  const goldOf = (row: Row) => (row.answer === undefined ? null : read(markAnswer(row.answer)));
  return {
    spec,
    read,
    score(found, row) {
      const gold = found === null ? null : goldOf(row);
      return gold !== null && equal(found!, gold, spec) ? 1 : 0;
    },
    canScore: (row) => goldOf(row) !== null,
    describe: () => 'a number',
    ask: 'End with the number alone in <answer></answer> tags',
    labels: [],
  };
}
