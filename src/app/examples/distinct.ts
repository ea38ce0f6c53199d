import type { Row } from '../../promptwizard/types.ts';

/** `n` rows of which no two ask the same. `make` must be able to make that many. */
export function distinct(n: number, make: (i: number) => Row): Row[] {
  const rows = new Map<string, Row>();
  while (rows.size < n) {
    const row = make(rows.size);
    if (!rows.has(row.question)) rows.set(row.question, row);
  }
  return [...rows.values()];
}
