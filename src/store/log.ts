/** The log: figures of runs and errors, kept to a number of lines. Never a text that a person or a model wrote. */
import type { Store } from './open.ts';
import type { LogRecord } from './records.ts';
import { finished } from './transaction.ts';

/** Adds lines in their order; of more than `most` in all the oldest go. */
export async function appendLog(store: Store, records: readonly LogRecord[], most: number): Promise<void> {
  const tx = store.transaction('log', 'readwrite');
  const append = async () => {
    for (const record of records) await tx.store.add(record);
    let over = (await tx.store.count()) - most;
    for (let cursor = over > 0 ? await tx.store.openCursor() : null; cursor && over > 0; over--) {
      await cursor.delete();
      cursor = await cursor.continue();
    }
  };
  await finished(tx, append());
}

/** Newest first. */
export async function readLog(store: Store): Promise<LogRecord[]> {
  return (await store.getAll('log')).reverse();
}

export async function clearLog(store: Store): Promise<void> {
  const tx = store.transaction('log', 'readwrite');
  await finished(tx, tx.store.clear());
}
