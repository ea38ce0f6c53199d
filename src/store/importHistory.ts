/** Takes a history back in from a file. Runs that are here already stay as they are; what cannot be read is told by its line. */
import { reduce, emptyState } from '../promptwizard/state.ts';
import type { Connection } from './connection.ts';
import { readCall, readEvent, readInput, readRun } from './backupShapes.ts';
import { HISTORY_VERSION } from './exportHistory.ts';
import type { CallRecord, EventRecord, InputRecord, RunRecord } from './records.ts';
import { finished } from './transaction.ts';

export interface ImportedHistory {
  runs: number;
  /** Runs that were here already. */
  known: number;
  calls: number;
  /** Each a sentence; the first twenty. */
  problems: string[];
}

/** Characters: the longest reply and the largest table of rows are far below. */
const MOST_LINE = 2 ** 26;
const MOST_BYTES = 8e9;
const MOST_PROBLEMS = 20;
const CALLS_AT_ONCE = 100;

/** For the person: the file as a whole is none. */
export class HistoryFileError extends Error {
  override name = 'not-a-history';
}

interface Whole {
  run: RunRecord;
  events: EventRecord[];
  inputs: InputRecord[];
  /** Of the file. */
  line: number;
}

/** @throws HistoryFileError, StoreError. What was taken in before stays. */
export async function importHistory(connection: Connection, file: Blob): Promise<ImportedHistory> {
  const done: ImportedHistory = { runs: 0, known: 0, calls: 0, problems: [] };
  const problem = (what: string) => void (done.problems.length < MOST_PROBLEMS && done.problems.push(what));
  let whole: Whole | null = null;
  let calls: CallRecord[] = [];
  let ended = false;
  let number = 0;

  const endRun = async () => {
    const mine = whole;
    whole = null;
    if (!mine) return;
    const why = runProblem(mine);
    if (why) return problem(`Line ${mine.line}: ${why} It was left out.`);
    if (await putWhole(connection, mine)) done.runs++;
    else done.known++;
  };
  const endCalls = async () => {
    if (calls.length > 0) done.calls += await putCalls(connection, calls);
    calls = [];
  };

  try {
    for await (const line of linesOf(file)) {
      number++;
      const value = parsed(line);
      if (number === 1) {
        checkHead(value);
        continue;
      }
      if (value?.['run'] !== undefined) {
        await endRun();
        const run = await readRun(value['run']);
        if (run) whole = { run, events: [], inputs: [], line: number };
        else problem(`Line ${number}: this is no run of a history. It was left out.`);
      } else if (value?.['event'] !== undefined) {
        const event = readEvent(value['event']);
        if (event && whole && event.run === whole.run.id) whole.events.push(event);
        else if (whole) problem(`Line ${number}: this is no event of the run before it.`);
      } else if (value?.['input'] !== undefined) {
        const input = readInput(value['input']);
        if (input && whole && input.run === whole.run.id) whole.inputs.push(input);
        else if (whole) problem(`Line ${number}: this was not done in the run before it.`);
      } else if (value?.['call'] !== undefined) {
        await endRun();
        const call = readCall(value['call']);
        if (call) calls.push(call);
        else problem(`Line ${number}: this is no stored reply. It was left out.`);
        if (calls.length >= CALLS_AT_ONCE) await endCalls();
      } else if (value?.['end'] !== undefined) ended = true;
      else problem(`Line ${number} cannot be read. It was left out.`);
    }
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
  }
  if (number === 0)
    throw new HistoryFileError('This file is empty or damaged, so nothing was taken in. Choose a file that “Export history” made.');
  if (!ended) {
    // The last run may lack events; it goes on from where they end, as after a crash.
    problem('The file ends too early: it was not copied whole. What came before that was taken in.');
  }
  await endRun();
  await endCalls();
  return done;
}

/** The packed stream ended, or was no stream. */
class CutShort extends Error {}

function checkHead(value: Record<string, unknown> | null): void {
  if (value?.['promptevolver'] !== 'history')
    throw new HistoryFileError('This is not a history of PromptEvolver. Choose a file that “Export history” made.');
  if (value['version'] !== HISTORY_VERSION)
    throw new HistoryFileError(
      'This history was made by a newer version of the page. Reload the page to get that version, then import it.',
    );
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A run's page plays its events: a list that cannot be played would leave an empty page. */
function runProblem({ events }: Whole): string | null {
  if (events.some(({ seq }, i) => seq !== i)) return 'the events of this run have a gap.';
  try {
    let state = emptyState();
    for (const { event } of events) state = reduce(state, event);
    return null;
  } catch {
    return 'the events of this run cannot be played.';
  }
}

/** False when the run is here already. */
async function putWhole(connection: Connection, { run, events, inputs }: Whole): Promise<boolean> {
  return connection.use(async (store) => {
    const tx = store.transaction(['runs', 'events', 'inputs'], 'readwrite');
    const put = async () => {
      if ((await tx.objectStore('runs').getKey(run.id)) !== undefined) return false;
      await Promise.all([
        tx.objectStore('runs').add(run),
        ...events.map((event) => tx.objectStore('events').put(event)),
        ...inputs.map((input) => tx.objectStore('inputs').put(input)),
      ]);
      return true;
    };
    return finished(tx, put());
  });
}

/** Replies that are here already stay: runs were built on them. Answers how many were new. */
async function putCalls(connection: Connection, calls: readonly CallRecord[]): Promise<number> {
  return connection.use(async (store) => {
    const tx = store.transaction('calls', 'readwrite');
    const put = async () => {
      let fresh = 0;
      for (const call of calls) {
        if ((await tx.store.getKey(call.hash)) !== undefined) continue;
        await tx.store.put(call);
        fresh++;
      }
      return fresh;
    };
    return finished(tx, put());
  });
}

/** Lines of a text file, packed or not. @throws CutShort, HistoryFileError when it is larger than any history */
async function* linesOf(file: Blob): AsyncGenerator<string> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  const bytes = packed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new CutShort('', { cause });
      });
      if (done) break;
      total += value.length;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop()!;
      if (rest.length > MOST_LINE || total > MOST_BYTES)
        throw new HistoryFileError(
          'This file is larger than any history, so it was not taken in. Choose a file that “Export history” made.',
        );
      for (const line of lines) if (line !== '') yield line;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (rest.trim() !== '') yield rest;
}
