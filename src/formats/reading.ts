/** What a reader of rows collects: rows, the line each came from, and what was wrong, within the limits. */
import type { Row } from '../promptwizard/types.ts';

/** `characters` stands for the 20 MB of the page's promise: text is counted after decoding. */
export const ROW_LIMITS = { characters: 20 * 1024 * 1024, rows: 5000, columns: 50, problems: 1000 } as const;

export type RowsKind = 'csv' | 'tsv' | 'jsonl' | 'json' | 'lines';

/** `line` from 1, of the text (of a JSON array: the item's number); 0 means the text as a whole. `what` is a sentence. */
export interface Problem {
  line: number;
  what: string;
  /** The row was kept all the same. */
  kept?: true;
}

export interface RowsRead {
  rows: Row[];
  /** Where `rows[i]` was found: its first line. */
  lines: number[];
  problems: Problem[];
  /** Names of the columns, when the text is a table. */
  columns?: string[];
  kind: RowsKind;
}

/** A row before it has its id. */
export type RowFields = Omit<Row, 'id' | 'origin'>;

export class Reading {
  #rows: Row[] = [];
  #lines: number[] = [];
  #problems: Problem[] = [];
  #unnamed = 0;

  constructor(readonly kind: RowsKind) {}

  /** No further row is taken: the reader stops and says how many are left with `cut`. */
  get full(): boolean {
    return this.#rows.length >= ROW_LIMITS.rows;
  }

  add(line: number, fields: RowFields): void {
    this.#lines.push(line);
    this.#rows.push({ id: `r${this.#rows.length + 1}`, ...fields, origin: 'user' });
  }

  problem(line: number, what: string, kept = false): void {
    if (this.#problems.length >= ROW_LIMITS.problems) this.#unnamed++;
    else this.#problems.push(kept ? { line, what, kept: true } : { line, what });
  }

  /** Says that the rest, which begins at `line`, was left out. */
  cut(line: number, left: number): void {
    if (left > 0)
      this.problem(line, `Only the first ${ROW_LIMITS.rows} rows were read; ${left} more ${left === 1 ? 'was' : 'were'} left out.`);
  }

  done(columns?: string[]): RowsRead {
    const problems = [...this.#problems];
    if (this.#unnamed > 0) problems.push({ line: 0, what: `${this.#unnamed} more lines have problems that are not listed.` });
    return { rows: this.#rows, lines: this.#lines, problems, kind: this.kind, ...(columns ? { columns } : {}) };
  }
}

/** A problem as the page shows it. */
export const problemText = ({ line, what }: Problem): string => (line > 0 ? `Line ${line}: ${what}` : what);
