/** Which format a text is in, seen from its file's name or from the text. */
import { areNames } from './columns.ts';
import { firstRecords, usualWidth } from './csv.ts';
import type { RowsKind } from './reading.ts';

export interface ReadHint {
  /** Known from elsewhere, as from a file's type. */
  kind?: RowsKind;
  fileName?: string;
  /** Whether the first line of a table names its columns. */
  header?: boolean;
  /** Names of the prompt's `{{variables}}`: columns of these names are inputs. */
  variables?: string[];
}

export interface Detected {
  kind: RowsKind;
  delimiter: string;
}

const ENDINGS: Record<string, RowsKind> = { csv: 'csv', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl', json: 'json' };
const DELIMITERS = [',', ';', '|', '\t'];
/** Characters that the delimiter is guessed from. */
const SAMPLE = 50_000;

/** @param text not blank, line ends are `\n` */
export function detect(text: string, hint: ReadHint): Detected {
  const ending = /\.([a-z]+)$/i.exec(hint.fileName ?? '')?.[1]?.toLowerCase() ?? '';
  const told = hint.kind ?? ENDINGS[ending];
  if (told === 'tsv') return { kind: 'tsv', delimiter: '\t' };
  if (told === 'csv') return { kind: 'csv', delimiter: delimiterOf(text, hint.variables, true) ?? ',' };
  if (told === 'lines') return { kind: 'lines', delimiter: '' };
  const json = told || looksLikeJson(text) ? jsonKind(text, told) : null;
  if (json) return { kind: json, delimiter: '' };
  if (firstLine(text).includes('\t')) return { kind: 'tsv', delimiter: '\t' };
  const delimiter = delimiterOf(text, hint.variables, false);
  return delimiter ? { kind: 'csv', delimiter } : { kind: 'lines', delimiter: '' };
}

const firstLine = (text: string): string => /[^\n]*\S[^\n]*/.exec(text)?.[0] ?? '';

/** A line that begins with `{{variable}}` or `[1]` is text. */
const looksLikeJson = (text: string): boolean => /^\s*(\{\s*["}]|\[\s*[[{"\]])/.test(text);

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Files named .json often hold JSON Lines, and the other way round. */
function jsonKind(text: string, told?: RowsKind): 'json' | 'jsonl' {
  const first = firstLine(text).trim();
  const lines = first !== text.trim();
  if (lines && parses(first)) return 'jsonl';
  if (parses(text)) return first.startsWith('[') || lines ? 'json' : 'jsonl';
  return told === 'json' || (told === undefined && /^\s*\[/.test(text)) ? 'json' : 'jsonl';
}

/** The delimiter that gives the first records the same number of columns, or one whose first record has known names. */
function delimiterOf(text: string, variables: string[] | undefined, told: boolean): string | null {
  let best: { delimiter: string; score: number } | null = null;
  for (const delimiter of DELIMITERS) {
    const records = firstRecords(text.slice(0, SAMPLE), delimiter, false).map((record) => record.cells);
    const width = usualWidth(records.map((cells) => cells.length));
    const named = records[0] !== undefined && records[0].length > 1 && areNames(records[0], variables);
    if (width < 2 && !named) continue;
    const even = records.filter((cells) => cells.length === width).length / records.length;
    // "Yes, I think so" is prose: in tables a delimiter is not always followed by a space.
    const prose = records.every((cells) => cells.slice(1).every((cell) => /^\s/.test(cell)));
    if (!named && !told && (prose || even < 0.8)) continue;
    const score = (named ? 2 : 0) + even;
    if (!best || score > best.score) best = { delimiter, score };
  }
  return best?.delimiter ?? null;
}
