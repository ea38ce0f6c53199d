import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/formats/rows.ts';
import type { RowsKind } from '../../src/formats/reading.ts';

const KINDS: (RowsKind | undefined)[] = [undefined, 'csv', 'tsv', 'jsonl', 'json', 'lines'];
const full = (text: string) => text.trim() !== '';

/** Text of the pieces that readers trip over. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '""',
        ',',
        ';',
        '|',
        '\t',
        '\n',
        '\r\n',
        '\r',
        '\0',
        '\uFEFF',
        '{',
        '}',
        '[',
        ']',
        ':',
        'question',
        'answer',
        '__proto__',
        '{"question":"a"}',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));
/** What a person might write in a cell: any characters, nothing that reading turns into something else. */
const cell = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => full(text) && !/[\0\r\uFEFF]/.test(text));
const quoted = fc.oneof(
  cell,
  cell.map((text) => `${text}, "${text}"\n${text}`),
);

describe('readRows', { timeout: 60_000 }, () => {
  it('never throws, and gives rows in order with ids of their own', () => {
    fc.assert(
      fc.property(nasty, fc.constantFrom(...KINDS), fc.option(fc.boolean(), { nil: undefined }), (text, kind, header) => {
        const { rows, lines, problems } = readRows(text, { kind, header });
        expect(rows.map((row) => row.id)).toEqual(rows.map((_, i) => `r${i + 1}`));
        expect(lines).toEqual([...lines].sort((a, b) => a - b));
        for (const row of rows) expect(full(row.question) || Object.keys(row.inputs ?? {}).length > 0).toBe(true);
        for (const { line } of problems) expect(line).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back every table that a well-behaved program writes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(quoted, cell), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        (rows, delimiter, newline) => {
          const text = Papa.unparse({ fields: ['question', 'answer'], data: rows }, { delimiter, newline });
          const read = readRows(text, { fileName: delimiter === '\t' ? 'a.tsv' : 'a.csv' });
          expect(read.problems).toEqual([]);
          expect(read.rows.map((row) => [row.question, row.answer])).toEqual(rows.map(([question, answer]) => [question, answer.trim()]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads back all JSON Lines', () => {
    const row = fc.record(
      {
        question: quoted,
        answer: fc.oneof(cell, fc.integer(), fc.boolean()),
        inputs: fc.dictionary(fc.stringMatching(/^in_[a-z]{1,6}$/), cell, { minKeys: 1, maxKeys: 3 }),
      },
      { requiredKeys: ['question'] },
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
        const read = readRows(rows.map((one) => JSON.stringify(one)).join('\n'));
        expect(read).toMatchObject({ kind: 'jsonl', problems: [] });
        expect(read.rows.map((one) => [one.question, one.answer])).toEqual(
          rows.map((one) => [one.question, one.answer === undefined ? undefined : String(one.answer).trim()]),
        );
        expect(read.rows.map((one) => one.inputs)).toEqual(rows.map((one) => one.inputs && { ...one.inputs }));
      }),
      { numRuns: 500 },
    );
  });

  it('accounts for every line of JSON Lines: a row or a named problem', () => {
    const line = fc.oneof(
      fc.constantFrom('{"question":"a"}', '{"question":"a"', '{}', '3', '', ' ', '"text"', '[]'),
      fc.string({ maxLength: 12 }).filter((text) => !/[\r\n\0\uFEFF]/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const read = readRows(lines.join('\n'), { kind: 'jsonl' });
        const lost = read.problems.filter((one) => !one.kept).map((one) => one.line);
        const expected = lines.flatMap((text, i) => (full(text) ? [i + 1] : []));
        // A file named JSON Lines that is one JSON list is read as a list: its items are then the lines.
        fc.pre(read.kind === 'jsonl');
        expect([...read.lines, ...lost].sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('accounts for every line of a table: the header, a row or a named problem', () => {
    const line = fc
      .array(fc.constantFrom('a', 'b c', '', ' ', '1', '"', 'x"y'), { minLength: 1, maxLength: 4 })
      .map((cells) => cells.join(','));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const read = readRows(['question,answer', ...lines].join('\n'), { kind: 'csv' });
        const lost = read.problems.filter((one) => !one.kept).map((one) => one.line);
        const known = new Set([...read.lines, ...lost]);
        // A cell in quotation marks may go on over several lines; then its later lines belong to the first.
        const quotes = lines.some((text) => text.includes('"'));
        const expected = lines.flatMap((text, i) => (full(text.replaceAll(',', '')) ? [i + 2] : []));
        if (quotes) expect(known.size).toBe(read.lines.length + lost.length);
        else expect([...known].sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
