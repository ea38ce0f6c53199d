/** Replies of models, by the hash of (model, request). */
import type { Store } from './open.ts';
import type { CallRecord } from './records.ts';
import { finished } from './transaction.ts';

export const getCall = (store: Store, hash: string): Promise<CallRecord | undefined> => store.get('calls', hash);

/** Keeps the first reply of a hash: what a run has already built on is never replaced. Answers with the one kept. */
export async function putCall(store: Store, call: CallRecord): Promise<CallRecord> {
  const tx = store.transaction('calls', 'readwrite');
  const put = async () => {
    const known = await tx.store.get(call.hash);
    if (!known) await tx.store.add(call);
    return known ?? call;
  };
  return finished(tx, put());
}

/** Those of the hashes that are stored. */
export async function getCalls(store: Store, hashes: readonly string[]): Promise<Map<string, CallRecord>> {
  const calls = store.transaction('calls').store;
  const found = await Promise.all(hashes.map((hash) => calls.get(hash)));
  return new Map(found.filter((call) => call !== undefined).map((call) => [call.hash, call]));
}
