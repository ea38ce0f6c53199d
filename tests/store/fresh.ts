import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { connectStore, type Connection } from '../../src/store/connection.ts';

/** An empty browser storage; databases of earlier tests are gone. */
export function freshStorage(): void {
  globalThis.indexedDB = new IDBFactory();
}

export function freshConnection(): Connection {
  freshStorage();
  return connectStore();
}
