/** Rows while they are being typed: columns, cells, cleaning up. Pure. */
import { missingValues, variablesOf } from '../../promptwizard/render.ts';
import { rowKey } from '../../promptwizard/rowKey.ts';
import type { Row } from '../../promptwizard/types.ts';

export const emptyRow = (id: string): Row => ({ id, question: '', answer: '', origin: 'user' });

/** Columns of the table: `question` and `answer` are the row's own, any other is an input. */
export function columnsOf(prompt: string, rows: readonly Row[]): string[] {
  const variables = variablesOf(prompt);
  const inputs = new Set(variables.length > 1 ? variables.filter((name) => name !== 'question') : []);
  let question = variables.length < 2 || variables.includes('question');
  for (const row of rows.slice(0, 100)) {
    for (const name of Object.keys(row.inputs ?? {})) inputs.add(name);
    question ||= row.question.trim() !== '';
  }
  // A file of named inputs only, for a prompt with those variables, needs no empty question column.
  if (question && variables.length < 2 && inputs.size > 0 && !rows.some((row) => row.question.trim() !== '')) question = false;
  return [...(question ? ['question'] : []), ...inputs, 'answer'];
}

export function cellOf(row: Row, column: string): string {
  if (column === 'question') return row.question;
  if (column === 'answer') return row.answer ?? '';
  return row.inputs?.[column] ?? '';
}

export function withCell(row: Row, column: string, value: string): Row {
  if (column === 'question') return { ...row, question: value };
  if (column === 'answer') return { ...row, answer: value };
  return { ...row, inputs: { ...row.inputs, [column]: value } };
}

const isBlank = (row: Row): boolean =>
  row.question.trim() === '' && !row.answer?.trim() && Object.values(row.inputs ?? {}).every((value) => value.trim() === '');

/** Rows as a run takes them: blank ones left out, cells that were never filled absent, ids by place. */
export function usableRows(rows: readonly Row[]): Row[] {
  return rows
    .filter((row) => !isBlank(row))
    .map((row, i) => {
      const inputs = Object.entries(row.inputs ?? {}).filter(([, value]) => value.trim() !== '');
      const clean: Row = { id: `r${i + 1}`, question: row.question, origin: row.origin };
      if (inputs.length > 0) clean.inputs = Object.fromEntries(inputs);
      if (row.answer?.trim()) clean.answer = row.answer;
      if (row.reasoning?.trim()) clean.reasoning = row.reasoning;
      return clean;
    });
}

/** 1-based numbers of the rows without a value for a variable, by variable. */
export function rowsMissing(prompt: string, rows: readonly Row[]): Map<string, number[]> {
  const missing = new Map<string, number[]>();
  rows.forEach((row, i) => {
    for (const name of missingValues(prompt, row)) missing.set(name, [...(missing.get(name) ?? []), i + 1]);
  });
  return missing;
}

/** 1-based numbers of rows that ask the same and have different answers, group by group. */
export function rowsInConflict(rows: readonly Row[]): number[][] {
  const groups = new Map<string, { numbers: number[]; answers: Set<string> }>();
  rows.forEach((row, i) => {
    const answer = row.answer?.trim();
    if (!answer) return;
    const group = groups.get(rowKey(row)) ?? { numbers: [], answers: new Set<string>() };
    group.numbers.push(i + 1);
    group.answers.add(answer);
    groups.set(rowKey(row), group);
  });
  return [...groups.values()].filter(({ answers }) => answers.size > 1).map(({ numbers }) => numbers);
}

/** `2, 5 and 9`; a long list is cut and counted: `2, 5, 9, 11, 12 and 40 more`. */
export function numberList(numbers: readonly number[], most = 8): string {
  const shown = numbers.slice(0, most).map(String);
  const rest = numbers.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.pop() ?? '';
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : last;
}
