/** Opens the database, through every version it ever had. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { asStoreError, storeError } from './errors.ts';
import type { CallRecord, EventRecord, InputRecord, LogRecord, OutboxRecord, PreferenceRecord, RunRecord, RunStatus } from './records.ts';

export interface Schema extends DBSchema {
  runs: { key: string; value: RunRecord; indexes: { createdAt: number; requestHash: string; status: RunStatus } };
  events: { key: [string, number]; value: EventRecord; indexes: { callHash: string } };
  calls: { key: string; value: CallRecord };
  inputs: { key: [string, string, number]; value: InputRecord };
  preferences: { key: string; value: PreferenceRecord };
  log: { key: number; value: LogRecord };
  outbox: { key: string; value: OutboxRecord };
}

export type Store = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/** Takes the database from version n (its index) to n + 1. Steps are never changed once released, only added to. */
export type UpgradeStep = (db: Store, tx: Upgrade) => void | Promise<void>;

export const UPGRADE_STEPS: readonly UpgradeStep[] = [
  (db) => {
    const runs = db.createObjectStore('runs', { keyPath: 'id' });
    runs.createIndex('createdAt', 'createdAt');
    runs.createIndex('requestHash', 'requestHash');
    runs.createIndex('status', 'status');
    db.createObjectStore('events', { keyPath: ['run', 'seq'] });
    db.createObjectStore('calls', { keyPath: 'hash' });
    db.createObjectStore('inputs', { keyPath: ['run', 'kind', 'position'] });
    db.createObjectStore('preferences', { keyPath: 'key' });
  },
  // Which runs still use a stored reply, so that deleting a run deletes the replies that were its own.
  (_db, tx) => {
    tx.objectStore('events').createIndex('callHash', 'event.hash');
  },
  // What happened here, without a word of any prompt; and what is still to be told to the address the person gave.
  (db) => {
    db.createObjectStore('log', { keyPath: 'id', autoIncrement: true });
    db.createObjectStore('outbox', { keyPath: 'run' });
  },
];

export const DATABASE = 'promptevolver';

export interface OpenOptions {
  name?: string;
  steps?: readonly UpgradeStep[];
  /** Milliseconds: some browsers never answer an open, for instance after a crash of their storage process. */
  timeoutMs?: number;
  /** The connection is gone: closed for a newer version in another tab, or by the browser. */
  onLost?: () => void;
}

/** @throws StoreError: no-storage, storage-blocked, storage-timeout, storage-newer, storage-full */
export async function openStore(options: OpenOptions = {}): Promise<Store> {
  const { name = DATABASE, steps = UPGRADE_STEPS, timeoutMs = 8_000, onLost } = options;
  let blocked = false;
  let opening: Promise<Store>;
  try {
    if (typeof indexedDB === 'undefined') throw storeError('no-storage');
    opening = openDB<Schema>(name, steps.length, {
      // idb does not wait for this function: what it throws after its first await must end the transaction by hand.
      async upgrade(db, oldVersion, _newVersion, tx) {
        tx.done.catch(() => {});
        try {
          for (const step of steps.slice(oldVersion)) await step(db, tx);
        } catch {
          tx.abort();
        }
      },
      blocked: () => (blocked = true),
      blocking(_current, _wanted, event) {
        // A newer version waits in another tab. Holding on would block it for as long as this tab lives.
        (event.target as IDBDatabase).close();
        onLost?.();
      },
      terminated: () => onLost?.(),
    });
  } catch (error) {
    throw asStoreError(error);
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // An open that answers after all must not keep a connection that nobody uses.
      opening.then((db) => db.close()).catch(() => {});
      reject(storeError(blocked ? 'storage-blocked' : 'storage-timeout'));
    }, timeoutMs);
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    throw asStoreError(error);
  } finally {
    clearTimeout(timer);
  }
}
