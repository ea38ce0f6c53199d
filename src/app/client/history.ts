/** Stored runs, read and deleted from the page without the worker. Errors: StoreError. */
import { readEvents as eventsOf, type SeqEvent } from '../../store/events.ts';
import { markInterrupted, ownedRuns } from '../../store/owners.ts';
import type { RunRecord } from '../../store/records.ts';
import { deleteRun as remove, getRun as runOf, listRuns as runsOf } from '../../store/runs.ts';
import { connection } from './preferences.ts';

/** Newest first. Runs that nobody has in hand any more are marked `interrupted` before. */
export async function listRuns(limit?: number): Promise<RunRecord[]> {
  await connection.use((store) => markInterrupted(store));
  return connection.use((store) => runsOf(store, limit));
}

export async function getRun(id: string): Promise<RunRecord | undefined> {
  await connection.use((store) => markInterrupted(store));
  return connection.use((store) => runOf(store, id));
}

export const readEvents = (id: string, from = 0): Promise<SeqEvent[]> => connection.use((store) => eventsOf(store, id, from));

/** Also removes the replies that no other run uses. @throws Error `running` while a tab has the run in hand */
export async function deleteRun(id: string): Promise<void> {
  if ((await ownedRuns()).has(id)) {
    throw Object.assign(new Error('This run is still going on. Stop it first, then delete it.'), { name: 'running' });
  }
  await connection.use((store) => remove(store, id));
}
