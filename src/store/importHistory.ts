/** Takes a history back in from a file. Runs that are here already stay as they are; what cannot be read is told by its line. */
import type { Connection } from './connection.ts';
import { readCall, readEvent, readInput, readRun } from './backupShapes.ts';
import { HISTORY_VERSION } from './exportHistory.ts';
import { ending, played, putCalls, putWhole, type Whole } from './importedRun.ts';
import type { CallRecord } from './records.ts';

export interface ImportedHistory {
  runs: number;
  /** Runs that were here already, as whole as in the file. */
  known: number;
  calls: number;
  /** Each a sentence; the first twenty. */
  problems: string[];
}

/** Characters: the longest reply and the largest table of rows are far below. */
const MOST_LINE = 2 ** 26;
/** Characters of one run's lines: they are held until its last, and the longest run is far below. */
const MOST_RUN = 2 ** 27;
const MOST_BYTES = 8e9;
const MOST_PROBLEMS = 20;
const CALLS_AT_ONCE = 100;
const CALL_CHARACTERS_AT_ONCE = 2 ** 24;

/** For the person: the file as a whole is none. */
export class HistoryFileError extends Error {
  override name = 'not-a-history';
}

interface Gathered extends Whole {
  /** Of the file, where it begins. */
  line: number;
  /** Characters so far. */
  size: number;
}

/** @throws HistoryFileError, StoreError. What was taken in before stays. */
export async function importHistory(connection: Connection, file: Blob): Promise<ImportedHistory> {
  const done: ImportedHistory = { runs: 0, known: 0, calls: 0, problems: [] };
  const problem = (what: string) => void (done.problems.length < MOST_PROBLEMS && done.problems.push(what));
  let whole: Gathered | null = null;
  let calls: CallRecord[] = [];
  let callSize = 0;
  let loose = 0;
  let ended = false;
  let number = 0;

  const endRun = async () => {
    const mine = whole;
    whole = null;
    if (!mine) return;
    const state = played(mine);
    if (typeof state === 'string') return problem(`Line ${mine.line}: ${state} It was left out.`);
    if (await putWhole(connection, { ...mine, run: ending(mine.run, state.result) })) done.runs++;
    else done.known++;
  };
  /** What stands in a line of a run. */
  const grow = (by: number) => {
    if (!whole || (whole.size += by) <= MOST_RUN) return;
    problem(`Line ${whole.line}: this run is larger than any that this page makes. It was left out.`);
    whole = null;
  };
  const endCalls = async () => {
    if (calls.length > 0) {
      const { fresh, unnamed } = await putCalls(connection, calls);
      done.calls += fresh;
      loose += unnamed;
    }
    calls = [];
    callSize = 0;
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
        if (run) whole = { run, events: [], inputs: [], line: number, size: line.length };
        else problem(`Line ${number}: this is no run of a history. It was left out.`);
      } else if (value?.['event'] !== undefined) {
        grow(line.length);
        const event = readEvent(value['event']);
        if (event && whole && event.run === whole.run.id) whole.events.push(event);
        else if (whole) problem(`Line ${number}: this is no event of the run before it.`);
      } else if (value?.['input'] !== undefined) {
        grow(line.length);
        const input = readInput(value['input']);
        if (input && whole && input.run === whole.run.id) whole.inputs.push(input);
        else if (whole) problem(`Line ${number}: this was not done in the run before it.`);
      } else if (value?.['call'] !== undefined) {
        await endRun();
        const call = readCall(value['call']);
        if (call) calls.push(call);
        else problem(`Line ${number}: this is no stored reply. It was left out.`);
        callSize += line.length;
        if (calls.length >= CALLS_AT_ONCE || callSize >= CALL_CHARACTERS_AT_ONCE) await endCalls();
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
  if (loose > 0) problem(`Stored replies that no run here names: ${loose}. They were left out.`);
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
