/** A JSON list of rows, alone or as the one list in an object (`{"rows": […]}`). Lines are the items' numbers. */
import { readObject } from './objects.ts';
import { Reading, type RowsRead } from './reading.ts';

export function readJson(text: string, variables: string[] = []): RowsRead {
  const reading = new Reading('json');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    reading.problem(
      lineOf(error, text),
      'The file is not complete JSON, so nothing was read. Check quotation marks, commas and brackets near here.',
    );
    return reading.done();
  }
  const items = listIn(value);
  for (let i = 0; i < items.length; i++) {
    if (reading.full) {
      reading.cut(i + 1, items.length - i);
      break;
    }
    const { fields, problems } = readObject(items[i], variables);
    if (fields) reading.add(i + 1, fields);
    for (const what of problems) reading.problem(i + 1, what, fields !== null);
  }
  return reading.done();
}

function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [value];
  const lists = Object.values(value).filter((one) => Array.isArray(one) && one.some((item) => typeof item === 'object'));
  return lists.length === 1 ? (lists[0] as unknown[]) : [value];
}

/** Browsers name the place in their own ways: "position 17", "line 3 column 5", or not at all (0). */
function lineOf(error: unknown, text: string): number {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message);
  if (line) return Number(line[1]);
  const position = /position (\d+)/.exec(message);
  return position ? text.slice(0, Number(position[1])).split('\n').length : 0;
}
