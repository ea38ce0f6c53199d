/** Rows from whatever a person pastes or opens. */
import { readTable } from './csv.ts';
import { detect, type ReadHint } from './detect.ts';
import { readJson } from './json.ts';
import { readJsonLines } from './jsonl.ts';
import { readLines } from './lines.ts';
import { ROW_LIMITS, type RowsRead } from './reading.ts';

/**
 * Reads CSV, a paste from a spreadsheet, JSON Lines, a JSON list, or plain lines. Never throws: what cannot be read is a
 * problem with its line, the rest is kept. Ids are `r1`, `r2`, … in the order of the text. Line ends become `\n`.
 */
export function readRows(text: string, hint: ReadHint = {}): RowsRead {
  if (text.length > ROW_LIMITS.characters) {
    const what = 'The file is larger than 20 MB, so nothing was read. Open a part of it.';
    return { rows: [], lines: [], problems: [{ line: 0, what }], kind: hint.kind ?? 'lines' };
  }
  const clean = text
    .replace(/^\uFEFF+/, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '');
  const read = readClean(clean, hint);
  if (text.includes('\0')) {
    const line = text.slice(0, text.indexOf('\0')).split(/\r\n?|\n/).length;
    const what = 'Characters that are no text were taken out. If the rows look wrong, save the file as UTF-8 and open it again.';
    read.problems.unshift({ line, what, kept: true });
  }
  return read;
}

function readClean(text: string, hint: ReadHint): RowsRead {
  if (text.trim() === '') return { rows: [], lines: [], problems: [], kind: hint.kind ?? 'lines' };
  const { kind, delimiter } = detect(text, hint);
  switch (kind) {
    case 'json':
      return readJson(text, hint.variables);
    case 'jsonl':
      return readJsonLines(text, hint.variables);
    case 'lines':
      return readLines(text);
    default:
      return readTable(text, kind, { delimiter, header: hint.header, variables: hint.variables });
  }
}
