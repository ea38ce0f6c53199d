import { asStoreError } from './errors.ts';

/**
 * Waits for requests and commit of one transaction. A full disk often shows only at the commit, as an abort whose
 * cause is in the transaction and not in the requests: the requests then fail with a bare AbortError.
 */
export async function finished<T>(tx: { readonly done: Promise<void> }, requests: Promise<T>): Promise<T> {
  const [done, result] = await Promise.allSettled([tx.done, requests]);
  if (done.status === 'rejected') throw asStoreError(done.reason);
  if (result.status === 'rejected') throw asStoreError(result.reason);
  return result.value;
}
