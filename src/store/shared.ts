/** What other apps have shared and the page has not taken in yet, the oldest first. */
import type { Store } from './open.ts';
import type { Shared } from './preferences.ts';
import { finished } from './transaction.ts';

/** Each may hold many megabytes. */
export const MOST_WAITING = 5;

export const readShares = async (store: Store): Promise<Shared[]> => listOf(await store.get('preferences', 'shared'));

/** Behind those that wait. One too many is not kept, and the last of them says so. */
export const addShare = (store: Store, share: Shared): Promise<void> =>
  change(store, (list) =>
    list.length < MOST_WAITING ? [...list, share] : list.map((one, i) => (i < list.length - 1 ? one : { ...one, missed: true })),
  );

/** @param left what of it waits still; undefined: it has its place, or is not wanted */
export const settleShare = (store: Store, id: string, left?: Shared): Promise<void> =>
  change(store, (list) => list.flatMap((one) => (one.id === id ? (left ?? []) : one)));

const listOf = (record: { value: unknown } | undefined): Shared[] => (record?.value as Shared[] | undefined) ?? [];

async function change(store: Store, to: (list: Shared[]) => Shared[]): Promise<void> {
  const tx = store.transaction('preferences', 'readwrite');
  const work = async () => {
    const list = to(listOf(await tx.store.get('shared')));
    await (list.length > 0 ? tx.store.put({ key: 'shared', version: 1, value: list }) : tx.store.delete('shared'));
  };
  await finished(tx, work());
}
