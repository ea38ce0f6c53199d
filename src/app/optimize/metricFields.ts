/** The ways to judge an answer, as a person chooses them. Pure. */
import type { MetricKind, MetricSpec } from '../../promptwizard/types.ts';

export const METRICS: { readonly [K in MetricKind]: { name: string; about: string } } = {
  number: { name: 'number', about: 'The last number of the answer must be the right one.' },
  choice: { name: 'choice', about: 'One of the declared letters, as in (A).' },
  label: { name: 'label', about: 'One of the declared words.' },
  exact: { name: 'exact text', about: 'The same text; case and outer punctuation do not matter.' },
  contains: { name: 'contains', about: 'The right answer stands somewhere in the reply.' },
  similarity: { name: 'similar words', about: 'The share of words in common; for short texts.' },
  checklist: { name: 'checklist', about: 'The same model checks each reply against your yes-or-no questions.' },
};
export const METRIC_KINDS = Object.keys(METRICS) as MetricKind[];

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
  return { kind } as MetricSpec;
}

/** `A, B ,c` → `['A','B','c']`, each once. */
export const listOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n;]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];
