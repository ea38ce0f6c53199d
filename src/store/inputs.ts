/** What a person did during a run, so that replay does it again. */
import type { Store } from './open.ts';
import type { InputRecord } from './records.ts';
import { finished } from './transaction.ts';

export async function putInput(store: Store, input: InputRecord): Promise<void> {
  const tx = store.transaction('inputs', 'readwrite');
  await finished(tx, tx.store.put(input));
}

export const readInputs = (store: Store, run: string): Promise<InputRecord[]> =>
  store.getAll('inputs', IDBKeyRange.bound([run], [run, []]));
