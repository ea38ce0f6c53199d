/** The whole history as one file: JSON Lines, so that no run of any size is too large, packed by gzip. */
import type { Connection } from './connection.ts';
import { readEvents } from './events.ts';
import { readInputs } from './inputs.ts';
import type { CallRecord } from './records.ts';
import { listRuns } from './runs.ts';

export const HISTORY_VERSION = 1;
/** Replies read at once. */
const PAGE = 200;
/** Characters gathered before they are handed on. */
const PIECE = 2 ** 20;

/**
 * Runs with their events and what the person did, then all replies; the last line counts them, so that a file cut short
 * is known as one. Settings, keys and the log are not in it.
 * @throws StoreError
 */
export async function* historyLines(connection: Connection): AsyncGenerator<string> {
  const line = (value: object) => JSON.stringify(value) + '\n';
  yield line({ promptevolver: 'history', version: HISTORY_VERSION, at: Date.now() });
  const counts = { runs: 0, events: 0, inputs: 0, calls: 0 };
  for (const run of await connection.use((store) => listRuns(store, Infinity))) {
    yield line({ run });
    counts.runs++;
    for (const event of await connection.use((store) => readEvents(store, run.id))) {
      yield line({ event: { run: run.id, ...event } });
      counts.events++;
    }
    for (const input of await connection.use((store) => readInputs(store, run.id))) {
      yield line({ input });
      counts.inputs++;
    }
  }
  for (let after: string | null = null; ;) {
    const range: IDBKeyRange | null = after === null ? null : IDBKeyRange.lowerBound(after, true);
    const calls: CallRecord[] = await connection.use((store) => store.getAll('calls', range, PAGE));
    for (const call of calls) yield line({ call });
    counts.calls += calls.length;
    after = calls.at(-1)?.hash ?? null;
    if (calls.length < PAGE) break;
  }
  yield line({ end: counts });
}

/** @throws StoreError */
export async function exportHistory(connection: Connection): Promise<Blob> {
  const lines = historyLines(connection);
  const text = new ReadableStream<string>({
    async pull(out) {
      let piece = '';
      while (piece.length < PIECE) {
        const { done, value } = await lines.next();
        if (done) {
          if (piece !== '') out.enqueue(piece);
          out.close();
          return;
        }
        piece += value;
      }
      out.enqueue(piece);
    },
  });
  return new Response(text.pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream('gzip'))).blob();
}
