/** JSON Lines: one JSON value a line. A broken line costs that line alone. */
import { readObject } from './objects.ts';
import { Reading, type RowsRead } from './reading.ts';

/** @param text line ends are `\n` */
export function readJsonLines(text: string, variables: string[] = []): RowsRead {
  const reading = new Reading('jsonl');
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue;
    if (reading.full) {
      reading.cut(i + 1, lines.slice(i).filter((line) => line.trim() !== '').length);
      break;
    }
    readLine(lines[i]!, i + 1, reading, variables);
  }
  return reading.done();
}

function readLine(line: string, number: number, reading: Reading, variables: string[]): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    reading.problem(number, 'It is not complete JSON. It was left out; check its quotation marks, commas and brackets.');
    return;
  }
  const { fields, problems } = readObject(value, variables);
  if (fields) reading.add(number, fields);
  for (const what of problems) reading.problem(number, what, fields !== null);
}
