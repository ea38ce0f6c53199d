/** A run's list of events: appended in order, read from any place. */
import type { RunEvent } from '../promptwizard/events.ts';
import { storeError } from './errors.ts';
import type { Store } from './open.ts';
import { finished } from './transaction.ts';

export interface SeqEvent {
  seq: number;
  event: RunEvent;
}

/**
 * Appends events, the first at `seq`, all or none of them.
 * @throws StoreError storage-failed when `seq` is not the end of the stored list: two writers, or a gap
 */
export async function appendEvents(store: Store, run: string, seq: number, events: readonly RunEvent[]): Promise<void> {
  if (events.length === 0) return;
  const tx = store.transaction('events', 'readwrite');
  const append = async () => {
    const end = await tx.store.count(IDBKeyRange.bound([run], [run, []]));
    if (end !== seq) {
      tx.abort();
      throw storeError('storage-failed', `the list ends at ${end}, not at ${seq}`);
    }
    await Promise.all(events.map((event, i) => tx.store.add({ run, seq: seq + i, event })));
  };
  // After an abort of our own, the reason is the more telling one of the two errors.
  const appended = append();
  await Promise.allSettled([appended, tx.done]);
  await appended;
  await finished(tx, appended);
}

/** Events from `from` on, at most `limit`, in order. */
export async function readEvents(store: Store, run: string, from = 0, limit?: number): Promise<SeqEvent[]> {
  const records = await store.getAll('events', IDBKeyRange.bound([run, from], [run, []]), limit);
  return records.map(({ seq, event }) => ({ seq, event }));
}

/** Forgets a run's list, so that it can be written anew. */
export async function clearEvents(store: Store, run: string): Promise<void> {
  const tx = store.transaction('events', 'readwrite');
  await finished(tx, tx.store.delete(IDBKeyRange.bound([run], [run, []])));
}
