/** What a recording says of itself. Pure. */
import type { Recording } from '../../formats/recording.ts';
import { plural, wait } from '../figures.ts';

/** `SmolLM2 135M, 23 November 2026, 24 rows of counting objects` */
export function recordedWords({ model, date, rowsOf, input }: Recording): string {
  const { rows } = input.task;
  const task = rows.length === 0 ? 'without rows, so the model wrote some' : plural(rows.length, 'row') + (rowsOf ? ` of ${rowsOf}` : '');
  return `${model}, ${dayWords(date)}, ${task}`;
}

/** Of a day without an hour, the same everywhere: `23 November 2026`. */
export const dayWords = (date: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(date));

/** How long the run had gone on when this was so. */
export const intoRun = (ms: number): string => (ms === 0 ? '' : `${wait(ms / 1000)} into the run`);

/** `1:05` */
export const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
