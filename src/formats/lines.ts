/** Plain text: every line that holds something is a question without an answer. */
import { areNames } from './columns.ts';
import { Reading, type RowsRead } from './reading.ts';

/** @param text line ends are `\n` */
export function readLines(text: string): RowsRead {
  const reading = new Reading('lines');
  let first = true;
  let left = 0;
  let cutAt = 0;
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const title = first && areNames([line]);
    first = false;
    if (title) return;
    if (reading.full) {
      cutAt ||= i + 1;
      left++;
    } else reading.add(i + 1, { question: line });
  });
  reading.cut(cutAt, left);
  return reading.done();
}
