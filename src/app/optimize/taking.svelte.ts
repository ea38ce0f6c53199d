/** Rows coming in from a paste, a file or an example, and what was wrong with them. */
import type { Problem } from '../../formats/reading.ts';
import type { ReadHint } from '../../formats/detect.ts';
import { variablesOf } from '../../promptwizard/render.ts';
import { plural } from '../figures.ts';
import { form } from './form.svelte.ts';
import { usableRows } from './rows.ts';

/** As many as one file may hold. */
const MOST_ROWS = 5000;
const MOST_BYTES = 20 * 1024 * 1024;

class Taking {
  /** What was taken in last, in a sentence; empty before. */
  said = $state('');
  problems = $state.raw<Problem[]>([]);
  reading = $state(false);

  /** Adds the rows of a text to those that are there; the reader is fetched on first use. */
  async text(text: string, hint: ReadHint = {}): Promise<void> {
    this.reading = true;
    try {
      const { readRows } = await import('../../formats/rows.ts');
      const read = readRows(text, { ...hint, variables: variablesOf(form.prompt) });
      const before = usableRows(form.rows);
      const all = [...before, ...read.rows];
      form.rows = all.slice(0, MOST_ROWS);
      this.problems = read.problems;
      if (all.length > MOST_ROWS)
        this.problems = [...read.problems, { line: 0, what: `Only ${MOST_ROWS} rows fit; ${all.length - MOST_ROWS} were left out.` }];
      const from = hint.fileName ? ` from ${hint.fileName}` : '';
      this.said =
        read.rows.length === 0
          ? `No rows were found${from}. A table with a column for the question and one for the answer can be read, or JSON Lines.`
          : `${plural(form.rows.length - before.length, 'row')} added${from}.`;
    } catch {
      this.said = 'The reader for files could not be fetched. Please check the connection and try again; nothing was changed.';
      this.problems = [];
    } finally {
      this.reading = false;
    }
  }

  async file(file: File): Promise<void> {
    if (file.size > MOST_BYTES) {
      this.said = `${file.name} is larger than 20 MB, so it was not opened. Open a part of it.`;
      this.problems = [];
      return;
    }
    try {
      await this.text(await file.text(), { fileName: file.name });
    } catch {
      this.said = `${file.name} could not be read. Perhaps it was moved or is open elsewhere; please try again.`;
      this.problems = [];
    }
  }

  clear(): void {
    form.rows = [];
    this.said = '';
    this.problems = [];
  }
}

export const taking = new Taking();
