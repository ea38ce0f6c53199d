import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { pickRuns } from './pickRuns.ts';
import { proofPage } from './proofPage.ts';
import { readRuns } from './storedRun.ts';

/** Writes the page from what is on file; says what it did. */
export async function writeTable(o: {
  out: string;
  model: string | null;
  method: string;
  anyVersion: boolean;
  file: string;
}): Promise<string> {
  const picked = pickRuns(await readRuns(o.out), o);
  if (picked.runs.length === 0) {
    return [`No run of the method as it is now (${o.method}) is on file in ${o.out}; the page was left as it is.`, ...picked.notes].join(
      ' ',
    );
  }
  const page = await format(proofPage(picked), { ...(await resolveConfig(o.file)), filepath: o.file });
  await writeFile(o.file, page);
  return `${picked.runs.length} runs of ${picked.model} are in ${o.file}. ${picked.notes.join(' ')}`.trim();
}
