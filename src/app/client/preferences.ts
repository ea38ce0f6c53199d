/** The page's connection to the store, and what it remembers there. Errors: StoreError. */
import { connectStore, type Connection } from '../../store/connection.ts';
import { readPreference as read, writePreference as write, type Preferences } from '../../store/preferences.ts';

/** The page's one connection to the store. */
export const connection: Connection = connectStore();

export const readPreference = <K extends keyof Preferences>(key: K): Promise<Preferences[K] | undefined> =>
  connection.use((store) => read(store, key));

/** `undefined` forgets. */
export const writePreference = <K extends keyof Preferences>(key: K, value: Preferences[K] | undefined): Promise<void> =>
  connection.use((store) => write(store, key, value));
