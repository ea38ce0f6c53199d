import type { Row } from './types.ts';

/** Equal for rows that ask the same, whatever their answers. */
export const rowKey = (row: Pick<Row, 'question' | 'inputs'>): string =>
  JSON.stringify([row.question.normalize('NFKC').trim(), Object.entries(row.inputs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))]);
