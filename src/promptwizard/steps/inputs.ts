import type { Row } from '../types.ts';

/** A row's input as one text, for meta-prompts and lists. */
export function inputText(row: Pick<Row, 'question' | 'inputs'>): string {
  const parts = Object.entries(row.inputs ?? {}).map(([name, value]) => `${name}: ${value}`);
  if (row.question !== '') parts.unshift(row.question);
  return parts.join('\n');
}
