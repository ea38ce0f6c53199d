/** A row from one JSON value: an object with named fields, or a text that is the question. */
import { fieldsOf, rolesOf } from './columns.ts';
import { ROW_LIMITS, type RowFields } from './reading.ts';

export interface ObjectRead {
  fields: RowFields | null;
  /** What was wrong; with `fields` the row is kept all the same. */
  problems: string[];
}

const refuse = (what: string): ObjectRead => ({ fields: null, problems: [`${what} It was left out.`] });

/** A list or an object as an input is kept as its JSON text, so that a prompt can still show it. */
function asText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** @param value anything that JSON.parse returns */
export function readObject(value: unknown, variables: string[] = []): ObjectRead {
  if (typeof value === 'string') {
    return value.trim() === '' ? refuse('It has no question.') : { fields: { question: value }, problems: [] };
  }
  if (!isNested(value) || Array.isArray(value)) return refuse('It is not an object such as {"question": "…", "answer": "…"}.');

  const entries = Object.entries(value as object).flatMap(([key, one]) =>
    key === 'inputs' && isNested(one) && !Array.isArray(one) ? Object.entries(one as object) : [[key, one] as [string, unknown]],
  );
  const problems: string[] = [];
  const kept = new Map<string, unknown>();
  for (const [key, one] of entries) {
    if (key === '__proto__') problems.push('A field cannot be named "__proto__"; that field was left out.');
    else if (kept.has(key)) problems.push('A field stands in it twice; the first was kept.');
    else if (kept.size < ROW_LIMITS.columns) kept.set(key, one);
    else if (!problems.at(-1)?.startsWith('Only')) problems.push(`Only the first ${ROW_LIMITS.columns} fields were read.`);
    if (typeof one === 'number' && Number.isInteger(one) && !Number.isSafeInteger(one)) {
      problems.push('A number in it is too long to be read exactly; put it in quotation marks.');
    }
  }
  const names = [...kept.keys()];
  const values = [...kept.values()];
  const roles = rolesOf(names, variables);
  for (const role of ['question', 'answer', 'reasoning'] as const) {
    const at = roles[role];
    if (at !== null && isNested(values[at]))
      return refuse(`Its ${role} is a list or an object where text, a number, true or false is expected.`);
  }
  const fields = fieldsOf(names, values.map(asText), roles);
  return fields ? { fields, problems } : refuse('It has no question.');
}
