/** A file of rows, cut once and for all: the rows that every run of it gets, and those that none ever sees. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng, deriveSeed } from '../../../src/promptwizard/random.ts';
import type { Row } from '../../../src/promptwizard/types.ts';

export const GIVEN = 85;
const MOST_UNSEEN = 65;

export interface TaskFile {
  name: string;
  given: Row[];
  unseen: Row[];
}

/** @param name as in `object-counting` for `bbh-object-counting.jsonl` */
export async function readTaskFile(folder: string, name: string): Promise<TaskFile> {
  const files = await readdir(folder).catch((): string[] => []);
  const file = [`${name}.jsonl`, `bbh-${name}.jsonl`].find((one) => files.includes(one));
  if (!file) throw new Error(`There is no ${name}.jsonl and no bbh-${name}.jsonl in ${folder}. Give the folder with --data.`);
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map((line, i): Row => {
    const { question, answer } = JSON.parse(line) as { question: string; answer: string };
    return { id: `r${i + 1}`, question, answer, origin: 'user' };
  });
  return { name, ...cut(rows) };
}

/** The same cut for every run: the seed of a run decides only how it shares out what it was given. */
export function cut(rows: readonly Row[]): { given: Row[]; unseen: Row[] } {
  const shuffled = createRng(deriveSeed(0, 'rows that no run sees')).shuffle(rows);
  return { given: shuffled.slice(0, GIVEN), unseen: shuffled.slice(GIVEN, GIVEN + MOST_UNSEEN) };
}
