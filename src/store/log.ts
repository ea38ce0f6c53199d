/** The log: figures of runs and errors, kept to a number of lines. Never a text that a person or a model wrote. */
import type { IDBPObjectStore, StoreNames } from 'idb';
import type { Schema, Store } from './open.ts';
import type { LogRecord } from './records.ts';
import type { SiteSettings } from './site.ts';
import { finished } from './transaction.ts';

/** What the site lets the log take in, and how many lines it keeps. */
export type LogRules = Pick<SiteSettings, 'logLevel' | 'logSize'>;

export const takesIn = ({ logLevel }: LogRules, level: LogRecord['level']): boolean =>
  logLevel === 'info' || (logLevel === 'error' && level === 'error');

/** Adds those lines, in their order, that the rules take in; of more than may be the oldest go. */
export async function appendLog(store: Store, records: readonly LogRecord[], rules: LogRules): Promise<void> {
  const tx = store.transaction('log', 'readwrite');
  await finished(tx, addLines(tx.store, records, rules));
}

/** The same, within a transaction that does more. */
export async function addLines(log: LogStore, records: readonly LogRecord[], rules: LogRules): Promise<void> {
  const taken = records.filter(({ level }) => takesIn(rules, level));
  if (taken.length === 0) return;
  for (const record of taken) await log.add(record);
  let over = (await log.count()) - rules.logSize;
  for (let cursor = over > 0 ? await log.openCursor() : null; cursor && over > 0; over--) {
    await cursor.delete();
    cursor = await cursor.continue();
  }
}
type LogStore = IDBPObjectStore<Schema, ArrayLike<StoreNames<Schema>>, 'log', 'readwrite'>;

/** Newest first. */
export async function readLog(store: Store): Promise<LogRecord[]> {
  return (await store.getAll('log')).reverse();
}

export async function clearLog(store: Store): Promise<void> {
  const tx = store.transaction('log', 'readwrite');
  await finished(tx, tx.store.clear());
}
