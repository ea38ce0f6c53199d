import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemText, ROW_LIMITS } from '../../src/formats/reading.ts';
import { readRows } from '../../src/formats/rows.ts';

const fixture = readFileSync(new URL('../fixtures/rows/bbh-object-counting.jsonl', import.meta.url), 'utf8');

/** Rows without what every row has. */
const bare = (text: string, hint?: Parameters<typeof readRows>[1]) =>
  readRows(text, hint).rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id' && key !== 'origin')));

describe('any text', () => {
  it('reads a real set of rows whole', () => {
    const { rows, problems, kind } = readRows(fixture, { fileName: 'bbh-object-counting.jsonl' });
    expect(kind).toBe('jsonl');
    expect(problems).toEqual([]);
    expect(rows).toHaveLength(60);
    expect(rows[0]).toEqual({
      id: 'r1',
      question: 'I have an oven, an apple, three bananas, a table, and two grapes. How many fruits do I have?',
      answer: '6',
      origin: 'user',
    });
  });

  it('gives the same rows with a byte order mark and Windows line ends', () => {
    const plain = 'question,answer\nOne?,1\nTwo?,2\n';
    expect(readRows('\uFEFF' + plain.replaceAll('\n', '\r\n'))).toEqual(readRows(plain));
  });

  it('finds nothing, and no problem, in nothing', () => {
    for (const text of ['', '   ', '\n\n\t\n']) expect(readRows(text)).toMatchObject({ rows: [], problems: [] });
  });

  it('takes NUL characters out and says where they were', () => {
    const { rows, problems } = readRows('question\tanswer\nO\0ne?\t1');
    expect(rows[0]).toMatchObject({ question: 'One?', answer: '1' });
    expect(problems[0]).toMatchObject({ line: 2, kept: true });
  });

  it('refuses more than 20 MB in one sentence', () => {
    const { rows, problems } = readRows('x'.repeat(ROW_LIMITS.characters + 1));
    expect(rows).toEqual([]);
    expect(problems).toEqual([{ line: 0, what: expect.stringContaining('larger than 20 MB') }]);
  });

  it.each([
    ['csv', 'question,answer\n' + 'Q?,1\n'.repeat(5003)],
    ['jsonl', '{"question":"Q?"}\n'.repeat(5003)],
    ['json', JSON.stringify(Array(5003).fill({ question: 'Q?' }))],
    ['lines', 'Is it so?\n'.repeat(5003)],
  ])('keeps 5,000 rows of a larger %s and says how many were left out', (kind, text) => {
    const read = readRows(text);
    expect(read.kind).toBe(kind);
    expect(read.rows).toHaveLength(5000);
    expect(read.problems.map((one) => one.what)).toEqual(['Only the first 5000 rows were read; 3 more were left out.']);
  });

  it('lists a thousand problems and counts the others', () => {
    const { problems } = readRows('{"question":"Q?"}\n' + '{broken\n'.repeat(1200));
    expect(problems).toHaveLength(1001);
    expect(problemText(problems.at(-1)!)).toBe('200 more lines have problems that are not listed.');
  });
});

describe('tables', () => {
  it('reads what a spreadsheet puts on the clipboard', () => {
    const { rows, kind, columns } = readRows('Question\tAnswer\nHow many, in all?\t7\n"two\nlines"\t8\n');
    expect(kind).toBe('tsv');
    expect(columns).toEqual(['Question', 'Answer']);
    expect(rows.map((row) => [row.question, row.answer])).toEqual([
      ['How many, in all?', '7'],
      ['two\nlines', '8'],
    ]);
  });

  it('leaves quotation marks alone that a spreadsheet did not put there', () => {
    expect(bare('question\tanswer\n"Yes" said he\tyes\n"No" said she\tno')).toEqual([
      { question: '"Yes" said he', answer: 'yes' },
      { question: '"No" said she', answer: 'no' },
    ]);
  });

  it.each([',', ';', '|', '\t'])('sees the separator %j', (separator) => {
    expect(bare(['text', 'label'].join(separator) + '\n' + ['Good film', 'positive'].join(separator))).toEqual([
      { question: 'Good film', answer: 'positive' },
    ]);
  });

  it.each([
    ['question,answer', 'question'],
    ['input,output', 'input'],
    ['Prompt,Target', 'Prompt'],
    ['text,label', 'text'],
    ['query,expected', 'query'],
  ])('knows the columns of "%s"', (header) => {
    expect(bare(`${header}\nWhy?,because`)).toEqual([{ question: 'Why?', answer: 'because' }]);
  });

  it('takes reasoning along and keeps every other column as an input', () => {
    expect(bare('text,tone,label,explanation\nHello,kind,positive,It greets.')).toEqual([
      { question: 'Hello', inputs: { text: 'Hello', tone: 'kind' }, answer: 'positive', reasoning: 'It greets.' },
    ]);
  });

  it('has no question but inputs when no column is one', () => {
    expect(bare('city,country,answer\nParis,France,yes')).toEqual([
      { question: '', inputs: { city: 'Paris', country: 'France' }, answer: 'yes' },
    ]);
  });

  it('takes the names of the prompt’s variables for column names', () => {
    expect(bare('city,mood\nParis,gay', { variables: ['city', 'mood'] })).toEqual([
      { question: '', inputs: { city: 'Paris', mood: 'gay' } },
    ]);
  });

  it('says how it read a table without column names', () => {
    const { rows, problems } = readRows('2+2,4\n3+3,6');
    expect(rows.map((row) => [row.question, row.answer])).toEqual([['2+2', '4'], ['3+3', '6']]); // prettier-ignore
    expect(problems).toEqual([{ line: 1, what: expect.stringContaining('No column names were found'), kept: true }]);
  });

  it('takes prose with commas for lines, not for a table', () => {
    const { rows, kind } = readRows('Well, is it so?\nNo, never.\n');
    expect(kind).toBe('lines');
    expect(rows.map((row) => row.question)).toEqual(['Well, is it so?', 'No, never.']);
  });

  it('names a line with too many cells and leaves it out', () => {
    const { rows, problems } = readRows('question,answer\nOne?,1\nTwo, or three?,2\nFour?,4');
    expect(rows.map((row) => row.answer)).toEqual(['1', '4']);
    expect(problems).toEqual([{ line: 3, what: expect.stringContaining('3 columns where 2 are expected') }]);
  });

  it('names a line with too few cells and keeps it when it has its question', () => {
    const { rows, problems } = readRows('question,answer\nOne?,1\nTwo?\n');
    expect(rows[1]).toEqual({ id: 'r2', question: 'Two?', origin: 'user' });
    expect(problems).toEqual([{ line: 3, what: expect.stringContaining('1 column where 2 are expected'), kept: true }]);
  });

  it('counts lines, not records, when a cell holds a line break', () => {
    const { problems, lines } = readRows('question,answer\n"two\nlines",1\nTwo, or three?,2\nFour?,4');
    expect(problems.map((one) => one.line)).toEqual([4]);
    expect(lines).toEqual([2, 5]);
  });

  it('loses one line, not the rest, to a quotation mark without its partner', () => {
    const { rows, problems } = readRows('question,answer\nOne?,1\n"Two?,2\nThree?,3\n"Four","4"\n', { fileName: 'a.csv' });
    expect(rows.map((row) => row.answer)).toEqual(['1', '3', '4']);
    expect(problems).toEqual([{ line: 3, what: expect.stringContaining('quotation marks') }]);
  });

  it('gets through 20,000 quotation marks without a partner', () => {
    const text = 'question,answer\n' + '"a"b,1\n'.repeat(20_000);
    const { rows, problems } = readRows(text, { kind: 'csv' });
    expect(rows).toEqual([]);
    expect(problems[0]).toMatchObject({ line: 2 });
  }, 20_000);

  it('reads cells of 100,000 characters, and tables longer than it reads at once', () => {
    const long = 'x'.repeat(100_000);
    const { rows, lines, problems } = readRows(
      'question,answer\n' + Array.from({ length: 20 }, (_, i) => `"${long}\n${i}",${i}\n`).join(''),
    );
    expect(problems).toEqual([]);
    expect(rows.map((row) => [row.question, row.answer])).toEqual(Array.from({ length: 20 }, (_, i) => [`${long}\n${i}`, `${i}`]));
    expect(lines).toEqual(Array.from({ length: 20 }, (_, i) => 2 + 2 * i));
  });

  it('reads the first 50 columns of more and says so', () => {
    const head = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const { rows, problems, columns } = readRows(['question', ...head].join(',') + '\n' + ['Q?', ...head].join(','));
    expect(columns).toHaveLength(50);
    expect(Object.keys(rows[0]!.inputs!)).toHaveLength(49);
    expect(problems).toEqual([{ line: 1, what: 'Only the first 50 of 61 columns were read.', kept: true }]);
  });
});

describe('JSON', () => {
  it('names a broken line by its number and keeps the others', () => {
    const { rows, problems } = readRows('{"question":"One?","answer":"1"}\n\n{"question":"Two?",\n{"question":"Three?","answer":"3"}\n');
    expect(rows.map((row) => [row.id, row.question])).toEqual([['r1', 'One?'], ['r2', 'Three?']]); // prettier-ignore
    expect(problems.map(problemText)).toEqual([
      'Line 3: It is not complete JSON. It was left out; check its quotation marks, commas and brackets.',
    ]);
  });

  it('turns numbers, true and false into text and null into nothing', () => {
    expect(bare('{"question":"a","answer":6}\n{"question":"b","answer":false}\n{"question":"c","answer":null}')).toEqual([
      { question: 'a', answer: '6' },
      { question: 'b', answer: 'false' },
      { question: 'c' },
    ]);
  });

  it('reads `inputs`, and other fields as inputs', () => {
    expect(bare('{"inputs":{"city":"Paris","year":1900},"answer":"yes"}\n{"city":"Rome","tags":["a"],"answer":"no"}')).toEqual([
      { question: '', inputs: { city: 'Paris', year: '1900' }, answer: 'yes' },
      { question: '', inputs: { city: 'Rome', tags: '["a"]' }, answer: 'no' },
    ]);
  });

  it('leaves out a row whose answer is a list, and a value that is no row', () => {
    const { rows, problems } = readRows('{"question":"a","answer":["x","y"]}\n17\nnull\n{"answer":"1"}\n{"question":"b"}');
    expect(rows.map((row) => row.question)).toEqual(['b']);
    expect(problems.map((one) => one.line)).toEqual([1, 2, 3, 4]);
  });

  it('says when a number is too long to be exact', () => {
    expect(readRows('{"question":"a","answer":12345678901234567890}').problems).toEqual([
      { line: 1, what: expect.stringContaining('too long'), kept: true },
    ]);
  });

  it.each([
    ['a list', '[{"question":"One?","answer":1},{"question":"Two?"}]'],
    ['a list in an object', '{"version": 1,\n "rows": [{"question":"One?","answer":1},{"question":"Two?"}]}'],
  ])('reads %s', (_, text) => {
    const read = readRows(text, { fileName: 'rows.json' });
    expect(read.kind).toBe('json');
    expect(read.rows.map((row) => row.question)).toEqual(['One?', 'Two?']);
  });

  it('reads JSON Lines that are named .json', () => {
    expect(readRows('{"question":"a"}\n{"question":"b"}', { fileName: 'rows.json' })).toMatchObject({ kind: 'jsonl', rows: [{}, {}] });
  });

  it('says where a JSON list is broken', () => {
    const { rows, problems } = readRows('[\n{"question":"One?"},\n{"question":oops}\n]');
    expect(rows).toEqual([]);
    expect(problems).toEqual([{ line: expect.any(Number), what: expect.stringContaining('not complete JSON') }]);
  });

  it('takes a line that begins with a variable for text', () => {
    expect(readRows('{{name}} is who?\n[1] is what?')).toMatchObject({ kind: 'lines', rows: [{}, {}] });
  });
});

describe('keys with a meaning in JavaScript', () => {
  it.each(['{"question":"a","__proto__":{"polluted":"yes"},"constructor":"c"}', 'question,__proto__,constructor\na,polluted,c'])(
    'stay data: %s',
    (text) => {
      const { rows, problems } = readRows(text);
      expect(Object.hasOwn(rows[0]!.inputs!, 'constructor')).toBe(true);
      expect(Object.getPrototypeOf(rows[0]!.inputs)).toBe(Object.prototype);
      expect('polluted' in {}).toBe(false);
      expect(problems.some((one) => one.what.includes('__proto__'))).toBe(true);
    },
  );
});
