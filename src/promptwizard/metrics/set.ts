import type { MetricSpec, Row } from '../types.ts';
import { bulletedLines, itemsOf } from './items.ts';
import { jsonIn } from './jsonText.ts';
import type { Metric } from './kind.ts';
import { lines } from './plain.ts';
import { firstRead, type AnswerSpan } from './span.ts';

/** F1 of two sets: twice what they share, by what they have in all. Two empty ones are the same. */
export function setF1(found: readonly string[], gold: readonly string[]): number {
  if (found.length + gold.length === 0) return 1;
  const wanted = new Set(gold);
  return (2 * found.filter((item) => wanted.has(item)).length) / (found.length + gold.length);
}

/** "None", said as an empty JSON array. */
const isEmptyArray = (text: string): boolean => /^\s*\[\s*\]\s*$/.test(text);

function readSpan(span: string, from: AnswerSpan['from']): string | null {
  const list = from === 'whole' ? listIn(span) : span;
  const items = itemsOf(list);
  return items.length > 0 || isEmptyArray(list) ? JSON.stringify(items) : null;
}

/** Without a mark: JSON or a bulleted list wherever it stands, else the last line, after what introduces it. */
function listIn(reply: string): string {
  if (Array.isArray(jsonIn(reply)) || bulletedLines(reply).length > 0) return reply;
  const last = lines(reply).at(-1) ?? '';
  return Array.isArray(jsonIn(last)) ? last : last.slice(last.lastIndexOf(':') + 1);
}

const parsed = (read: string): string[] => JSON.parse(read) as string[];

/** The items of the answer, in any order. Read as a JSON array of them, each as it is compared. */
export function setMetric(spec: Extract<MetricSpec, { kind: 'set' }>): Metric {
  const goldOf = (row: Row): string[] | null => {
    const items = itemsOf(row.answer ?? '');
    return items.length > 0 || isEmptyArray(row.answer ?? '') ? items : null;
  };
  return {
    spec,
    read: (output) => firstRead(output, readSpan),
    score(read, row) {
      const gold = read === null ? null : goldOf(row);
      if (gold === null) return 0;
      const f1 = setF1(parsed(read!), gold);
      return spec.threshold === undefined ? f1 : f1 >= spec.threshold - 1e-9 ? 1 : 0;
    },
    canScore: (row) => goldOf(row) !== null,
    describe: () => 'a list of items',
    ask: 'End with the items alone, separated by commas, in <answer></answer> tags',
    labels: [],
  };
}
