/** The ways to judge an answer, as a person chooses and writes them. Pure. */
import type { MetricKind, MetricSpec, Row } from '../../promptwizard/types.ts';

export const METRICS: { readonly [K in MetricKind]: { name: string; about: string } } = {
  number: { name: 'number', about: 'The last number of the answer must be the right one.' },
  choice: { name: 'choice', about: 'One of the declared letters, as in (A).' },
  label: { name: 'label', about: 'One of the declared words.' },
  exact: { name: 'exact text', about: 'The same text; case and outer punctuation do not matter.' },
  contains: { name: 'contains', about: 'The right answer stands somewhere in the reply.' },
  similarity: { name: 'similar words', about: 'The share of words in common; for short texts.' },
  set: { name: 'list in any order', about: 'The items of a list: one point for all of them, less for missing or extra ones.' },
  json: { name: 'JSON', about: 'The answer is JSON, and the same as the right one but for the order of keys.' },
  regex: { name: 'pattern', about: 'A regular expression of your own finds the answer in the reply.' },
  custom: { name: 'your own code', about: 'A JavaScript function of your own gives each reply a score from 0 to 1.' },
  checklist: { name: 'checklist', about: 'The same model checks each reply against your yes-or-no questions.' },
};
export const METRIC_KINDS = Object.keys(METRICS) as MetricKind[];

export const EXAMPLE_CODE = `(output, row) => {
  // The last number of the reply must be the row's answer.
  const found = output.match(/\\d+/g)?.at(-1);
  return found === row.answer ? 1 : 0;
}`;

const answersOf = (rows: readonly { answer?: string }[]): string[] => [
  ...new Set(rows.map((row) => row.answer?.trim() ?? '').filter((answer) => answer !== '')),
];

/** A spec of that kind, its letters or labels taken from the answers. */
export function specOf(kind: MetricKind, rows: readonly { answer?: string }[]): MetricSpec {
  if (kind === 'choice') {
    const letters = answersOf(rows).map((answer) => /^\(?([A-Za-z])\)?$/.exec(answer)?.[1]?.toUpperCase());
    const found = [...new Set(letters.filter((letter) => letter !== undefined))].sort();
    return { kind, letters: found.length > 1 ? found : ['A', 'B', 'C', 'D'] };
  }
  if (kind === 'label') return { kind, labels: answersOf(rows).slice(0, 30) };
  if (kind === 'checklist') return { kind, criteria: [] };
  if (kind === 'regex') return { kind, pattern: 'Answer: (.+)', flags: 'i' };
  if (kind === 'custom') return { kind, code: EXAMPLE_CODE };
  return { kind } as MetricSpec;
}

/** `A, B ,c` → `['A','B','c']`, each once. */
export const listOf = (text: string): string[] => [...new Set(parts(text, /[,\n;]/))];
export const linesOf = (text: string): string[] => parts(text, /\n/);

const parts = (text: string, between: RegExp): string[] =>
  text
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** As typed; NaN for what is no number, so that the check of the metric says so. */
export const numberOf = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));

/** `Yes: yep, true` by line. A line without a colon is a label without other words. */
export function synonymsOf(text: string): Record<string, string[]> | undefined {
  const found = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const colon = line.indexOf(':');
    const label = (colon < 0 ? line : line.slice(0, colon)).trim();
    found.set(label, [...(found.get(label) ?? []), ...(colon < 0 ? [] : listOf(line.slice(colon + 1)))]);
  }
  // A label may be called anything: `fromEntries` makes even `__proto__` a field.
  return found.size > 0 ? Object.fromEntries(found) : undefined;
}

export const synonymsText = (synonyms: Record<string, string[]> = {}): string =>
  Object.entries(synonyms)
    .map(([label, words]) => `${label}: ${words.join(', ')}`)
    .join('\n');

/** A reply to try, as a model might write it for that row. */
export function sampleOf(spec: MetricSpec, row: Pick<Row, 'answer'> | undefined): string {
  const answer = row?.answer?.trim();
  if (spec.kind === 'json') return `<answer>${answer ?? '{"name": "Ada"}'}</answer>`;
  if (spec.kind === 'set') return `<answer>${answer ?? 'apple, pear'}</answer>`;
  if (spec.kind === 'regex' || spec.kind === 'custom') return `Let me see.\nAnswer: ${answer ?? '8'}`;
  return `Let me see. The final answer is ${answer ?? '8'}.`;
}
