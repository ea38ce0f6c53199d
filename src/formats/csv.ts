/** Tables: CSV with any usual delimiter, and what a spreadsheet puts on the clipboard. */
import { areNames, fieldsOf, rolesOf } from './columns.ts';
import { readRecords, type TableRecord } from './records.ts';
import { Reading, ROW_LIMITS, type RowsRead } from './reading.ts';

export interface TableOptions {
  delimiter: string;
  /** Whether the first record names the columns; absent: seen from the names. */
  header?: boolean;
  variables?: string[];
}

const BROKEN = 'Its quotation marks do not match up. It was left out; double every quotation mark inside a quoted cell.';
const columnsIn = (count: number): string => `${count} column${count === 1 ? '' : 's'}`;
const isBlank = (cells: string[]): boolean => cells.every((cell) => cell.trim() === '');

/** @param text line ends are `\n`, no NUL */
export function readTable(text: string, kind: 'csv' | 'tsv', { delimiter, header, variables = [] }: TableOptions): RowsRead {
  const reading = new Reading(kind);
  const first = firstRecords(text, delimiter, kind === 'tsv');
  const head = first[0];
  if (!head) {
    readRecords(text, delimiter, kind === 'tsv', ({ line, cells }) => (cells ? undefined : reading.problem(line, BROKEN), true));
    return reading.done();
  }
  const named = header ?? areNames(head.cells, variables);
  const width = named ? trimmed(head.cells).length : usualWidth(first.map((record) => record.cells.length));
  const names = (named ? columnNames(trimmed(head.cells)) : madeUpNames(width)).slice(0, ROW_LIMITS.columns);
  const roles = rolesOf(names, variables);
  if (!named && width > 1) reading.problem(head.line, headless(width), true);
  if (names.includes('__proto__')) reading.problem(head.line, 'A column cannot be named "__proto__"; it was left out.', true);
  if (width > names.length) reading.problem(head.line, `Only the first ${names.length} of ${width} columns were read.`, true);

  let left = 0;
  let cutAt = 0;
  readRecords(text, delimiter, kind === 'tsv', ({ line, cells }) => {
    if (cells && isBlank(cells)) return true;
    if (named && line === head.line) return true;
    if (reading.full) {
      cutAt ||= line;
      left++;
      return true;
    }
    if (!cells) reading.problem(line, BROKEN);
    else if (trimmed(cells).length > width) {
      reading.problem(
        line,
        `It has ${columnsIn(trimmed(cells).length)} where ${width} ${width === 1 ? 'is' : 'are'} expected. It was left out; put a cell that holds the separator in quotation marks.`,
      );
    } else {
      const fields = fieldsOf(names, cells, roles);
      if (!fields) reading.problem(line, 'It has no question. It was left out.');
      else {
        reading.add(line, fields);
        if (cells.length < width)
          reading.problem(line, `It has ${columnsIn(cells.length)} where ${width} are expected. It was kept without the rest.`, true);
      }
    }
    return true;
  });
  reading.cut(cutAt, left);
  return reading.done(names);
}

/** Up to 20 records that hold something. */
export function firstRecords(text: string, delimiter: string, loose: boolean): { line: number; cells: string[] }[] {
  const found: { line: number; cells: string[] }[] = [];
  const whole = (record: TableRecord): record is { line: number; cells: string[] } => record.cells !== null && !isBlank(record.cells);
  let seen = 0;
  readRecords(text, delimiter, loose, (record) => {
    if (whole(record)) found.push(record);
    return ++seen < 200 && found.length < 20;
  });
  return found;
}

/** The number of columns that most records have; of two equally usual, the larger. */
export function usualWidth(widths: number[]): number {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1;
}

function trimmed(cells: string[]): string[] {
  let end = cells.length;
  while (end > 1 && cells[end - 1]!.trim() === '') end--;
  return cells.slice(0, end);
}

/** Names of a header: empty ones are numbered, the second of two equal ones gets its number. */
function columnNames(cells: string[]): string[] {
  const names: string[] = [];
  cells.forEach((cell, i) => {
    const name = cell.trim() || `column${i + 1}`;
    names.push(names.includes(name) ? `${name}${i + 1}` : name);
  });
  return names;
}

const madeUpNames = (width: number): string[] => Array.from({ length: width }, (_, i) => ['question', 'answer'][i] ?? `column${i + 1}`);

function headless(width: number): string {
  const rest = width > 2 ? `, the other${width > 3 ? 's as inputs' : ' as an input'}` : '';
  return `No column names were found: the first column was read as the question, the second as the answer${rest}. To choose, begin with a line such as "question,answer".`;
}
