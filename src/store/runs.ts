/** The record of each run. */
import type { Store } from './open.ts';
import type { RunRecord, RunStatus } from './records.ts';
import { finished } from './transaction.ts';

export async function putRun(store: Store, run: RunRecord): Promise<void> {
  const tx = store.transaction('runs', 'readwrite');
  await finished(tx, tx.store.put(run));
}

export const getRun = (store: Store, id: string): Promise<RunRecord | undefined> => store.get('runs', id);

/**
 * Changes fields of a run, in one transaction; answers with the new record, or undefined when the run is gone or
 * `when` says no to what it is now.
 */
export async function updateRun(
  store: Store,
  id: string,
  change: Partial<Omit<RunRecord, 'id' | 'version'>>,
  when: (run: RunRecord) => boolean = () => true,
): Promise<RunRecord | undefined> {
  const tx = store.transaction('runs', 'readwrite');
  const update = async () => {
    const found = await tx.store.get(id);
    if (!found || !when(found)) return undefined;
    const next = { ...found, ...change, updatedAt: Date.now() };
    await tx.store.put(next);
    return next;
  };
  return finished(tx, update());
}

/** Newest first. */
export async function listRuns(store: Store, limit = 500): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  for await (const cursor of store.transaction('runs').store.index('createdAt').iterate(null, 'prev')) {
    found.push(cursor.value);
    if (found.length >= limit) break;
  }
  return found;
}

/** Newest first. */
export async function runsByRequest(store: Store, requestHash: string): Promise<RunRecord[]> {
  const found = await store.getAllFromIndex('runs', 'requestHash', requestHash);
  return found.sort((a, b) => b.createdAt - a.createdAt);
}

/** How many were created after this moment. */
export const runsSince = (store: Store, createdAt: number): Promise<number> =>
  store.countFromIndex('runs', 'createdAt', IDBKeyRange.lowerBound(createdAt, true));

export async function runsByStatus(store: Store, statuses: readonly RunStatus[]): Promise<RunRecord[]> {
  const found = await Promise.all(statuses.map((status) => store.getAllFromIndex('runs', 'status', status)));
  return found.flat().sort((a, b) => a.createdAt - b.createdAt);
}

/** Removes a run with its events, inputs, the message that was still to be sent, and the replies that no other run uses. */
export async function deleteRun(store: Store, id: string): Promise<void> {
  const tx = store.transaction(['runs', 'events', 'inputs', 'calls', 'outbox'], 'readwrite');
  const events = tx.objectStore('events');
  const remove = async () => {
    const hashes = new Set<string>();
    for (const { event } of await events.getAll(eventsOf(id))) if (event.type === 'call') hashes.add(event.hash);
    await Promise.all([
      tx.objectStore('runs').delete(id),
      tx.objectStore('outbox').delete(id),
      events.delete(eventsOf(id)),
      tx.objectStore('inputs').delete(IDBKeyRange.bound([id], [id, []])),
    ]);
    for (const hash of hashes) {
      if ((await events.index('callHash').getKey(hash)) === undefined) await tx.objectStore('calls').delete(hash);
    }
  };
  await finished(tx, remove());
}

/** Arrays sort after numbers and strings, so `[id, []]` is past every key that begins with `id`. */
const eventsOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);
