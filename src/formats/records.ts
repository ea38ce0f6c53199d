/** Papa Parse's records with the line each begins on, and with a broken quotation mark kept from eating the rest. */
import Papa from 'papaparse';

/** `cells` null: the quotation marks of the line that begins here do not match up. */
export interface TableRecord {
  line: number;
  cells: string[] | null;
}

/** Characters read at once, and the longest record: a quotation mark without its partner costs a scan of so many. */
const WINDOW = 400_000;
/** After so many broken records quotation marks are no longer followed. */
const RESTARTS = 10;
/** Stands for "no quotation mark": the text holds none, `readRows` takes them out. */
const NO_QUOTE = '\0';

/**
 * Calls `take` for each record until it answers false.
 * @param text line ends are `\n`, no NUL
 * @param loose a line whose quotation marks do not match up is split as it stands, as spreadsheets paste it
 */
export function readRecords(text: string, delimiter: string, loose: boolean, take: (record: TableRecord) => boolean): void {
  let from = 0;
  let line = 1;
  let restarts = 0;
  while (from < text.length) {
    const quotes = restarts < RESTARTS;
    const part = text.slice(from, from + WINDOW);
    const last = from + part.length === text.length;
    let at = 0;
    let state: 'reading' | 'enough' | 'broken' | 'next window' = 'reading';
    Papa.parse<string[]>(part, {
      delimiter,
      newline: '\n',
      quoteChar: quotes ? '"' : NO_QUOTE,
      step({ data, errors, meta }, parser) {
        if (!last && at > 0 && meta.cursor === part.length) state = 'next window';
        else if ((!last && meta.cursor === part.length) || errors.some((error) => error.type === 'Quotes')) state = 'broken';
        else {
          const unsure = !quotes && !loose && data.some((cell) => cell.includes('"'));
          if (!take({ line, cells: unsure ? null : data })) state = 'enough';
          line += newlinesIn(part, at, meta.cursor);
          at = meta.cursor;
        }
        if (state !== 'reading') parser.abort();
      },
    });
    from += at;
    // The callback above sets it, which control flow analysis does not see.
    const end = state as 'reading' | 'enough' | 'broken' | 'next window';
    if (end === 'reading' || end === 'enough') return;
    if (end === 'next window') continue;
    const newline = text.indexOf('\n', from);
    const raw = text.slice(from, newline < 0 ? undefined : newline);
    if (!take({ line, cells: loose ? raw.split(delimiter) : null }) || newline < 0) return;
    from = newline + 1;
    line++;
    restarts++;
  }
}

function newlinesIn(text: string, from: number, to: number): number {
  let found = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) found++;
  return found;
}
