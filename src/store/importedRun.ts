/** A run out of a file, with its replies: held against its own events, then stored. */
import { emptyState, reduce, type RunState } from '../promptwizard/state.ts';
import type { RunResult } from '../promptwizard/types.ts';
import type { Connection } from './connection.ts';
import type { CallRecord, EventRecord, InputRecord, RunRecord } from './records.ts';
import { isResult } from './resultShape.ts';
import { summaryOf } from './summary.ts';
import { finished } from './transaction.ts';

export interface Whole {
  run: RunRecord;
  events: EventRecord[];
  inputs: InputRecord[];
}

/** A run's page plays its events: a list that cannot be played would leave an empty page. A text: why it cannot. */
export function played({ events }: Whole): RunState | string {
  if (events.some(({ seq }, i) => seq !== i)) return 'the events of this run have a gap.';
  let state = emptyState();
  try {
    for (const { event } of events) state = reduce(state, event);
  } catch {
    return 'the events of this run cannot be played.';
  }
  return state.result === null || isResult(state.result) ? state : 'the result of this run cannot be shown.';
}

/**
 * How a run ended is in its events, whatever its record says: where their end is missing, the file was cut short, and the
 * run is one that was. One that was stopped before it had anything to show says so by having no summary.
 */
export function ending({ summary, ...run }: RunRecord, result: RunResult | null): RunRecord {
  if (run.status !== 'done' && run.status !== 'stopped') return run;
  if (result) return { ...run, status: result.verdict.outcome === 'stopped' ? 'stopped' : 'done', summary: summaryOf(result) };
  return run.status === 'stopped' && !summary ? run : { ...run, status: 'interrupted', error: undefined };
}

/** False when the run is here already. One that an earlier file brought in part gets what it lacks. */
export async function putWhole(connection: Connection, { run, events, inputs }: Whole): Promise<boolean> {
  return connection.use(async (store) => {
    const tx = store.transaction(['runs', 'events', 'inputs'], 'readwrite');
    const put = async () => {
      const here = await tx.objectStore('runs').get(run.id);
      const all = IDBKeyRange.bound([run.id], [run.id, []]);
      if (here && !(isPart(here, run) && events.length > (await tx.objectStore('events').count(all)))) return false;
      await Promise.all([
        tx.objectStore('events').delete(all),
        tx.objectStore('inputs').delete(all),
        tx.objectStore('runs').put(run),
        ...events.map((event) => tx.objectStore('events').put(event)),
        ...inputs.map((input) => tx.objectStore('inputs').put(input)),
      ]);
      return true;
    };
    return finished(tx, put());
  });
}

const isPart = (here: RunRecord, run: RunRecord): boolean =>
  here.imported === true && here.status === 'interrupted' && here.requestHash === run.requestHash;

/**
 * Only replies that an event of a stored run names, of that run's model: others would answer what nobody has asked yet, and
 * would go with no run when it is deleted. Those that are here already stay: runs were built on them.
 */
export async function putCalls(connection: Connection, calls: readonly CallRecord[]): Promise<{ fresh: number; unnamed: number }> {
  return connection.use(async (store) => {
    const tx = store.transaction(['calls', 'events', 'runs'], 'readwrite');
    const put = async () => {
      const done = { fresh: 0, unnamed: 0 };
      const models = new Map<string, string | undefined>();
      for (const call of calls) {
        if ((await tx.objectStore('calls').getKey(call.hash)) !== undefined) continue;
        const [run] = (await tx.objectStore('events').index('callHash').getKey(call.hash)) ?? [];
        if (run !== undefined && !models.has(run)) models.set(run, (await tx.objectStore('runs').get(run))?.input.model.id);
        if (run === undefined || models.get(run) !== call.model) {
          done.unnamed++;
          continue;
        }
        await tx.objectStore('calls').put(call);
        done.fresh++;
      }
      return done;
    };
    return finished(tx, put());
  });
}
