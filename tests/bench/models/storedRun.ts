/** One run on file, with everything that the table is made of. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import type { OptimizeInput, Row, RunResult, Verdict } from '../../../src/promptwizard/types.ts';

export interface Unseen {
  rows: Row[];
  /** Scores in the order of `rows`, by what was asked; `final` is the delivered prompt. */
  scores: { start: number[]; contract: number[]; free: number[]; final: number[] };
  /** Means of tokens in a reply. */
  replyTokens: { start: number; contract: number; free: number; final: number };
}

export interface StoredRun {
  version: 1;
  task: string;
  /** Of the sources of the method. */
  method: string;
  /** ISO 8601. */
  finished: string;
  server: ServerFacts;
  jobs: number;
  input: OptimizeInput;
  events: RunEvent[];
  /** null: the run broke off with `error`. */
  outcome: { verdict: Verdict; result: RunResult; unseen: Unseen } | null;
  error?: string;
}

/** What the server told about itself, and how fast it was at the start. */
export interface ServerFacts {
  engine: string;
  slots: number | null;
  contextSize: number;
  prefillPerSecond: number;
  decodePerSecond: number;
}

export const runFile = (folder: string, run: { task: string; input: OptimizeInput; method: string }): string => {
  const { plan, seed, settings } = run.input;
  return join(folder, 'runs', `${run.task}.${plan}.${seed}.${settings.maxTokens}.${run.method}.json`);
};

export async function readRun(file: string): Promise<StoredRun | null> {
  return await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as StoredRun,
    () => null,
  );
}

export async function writeRun(file: string, run: StoredRun): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // Half a file would be taken for a whole one.
  await writeFile(`${file}.part`, JSON.stringify(run));
  await rename(`${file}.part`, file);
}

/** All runs under the bench's folder, those of other models too. */
export async function readRuns(out: string): Promise<StoredRun[]> {
  const names = await readdir(out, { recursive: true }).catch(() => []);
  const files = names.filter((name) => /(^|\/)runs\/[^/]+\.json$/.test(name)).sort();
  return (await Promise.all(files.map((name) => readRun(join(out, name))))).filter((run) => run !== null);
}
