/** One shared connection that opens on first use, and again after it was lost or could not be opened. */
import { asStoreError, storeError } from './errors.ts';
import { openStore, type OpenOptions, type Store } from './open.ts';

export interface Connection {
  /** Runs `work`, one transaction's worth, on the open database. @throws StoreError for every failure of storage */
  use<T>(work: (store: Store) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function connectStore(options: OpenOptions = {}): Connection {
  let opened: Promise<Store> | null = null;
  const open = () => {
    const mine = openStore({
      ...options,
      onLost: () => {
        if (opened === mine) opened = null;
        options.onLost?.();
      },
    });
    mine.catch(() => {
      if (opened === mine) opened = null;
    });
    return (opened = mine);
  };
  return {
    async use(work) {
      const mine = opened ?? open();
      try {
        return await work(await mine);
      } catch (error) {
        // Closed under us (a newer version waits, or the browser ended it) before the work began: once more.
        if ((error as Error).name !== 'InvalidStateError') throw asStoreError(error);
        if (opened === mine) opened = null;
      }
      try {
        return await work(await (opened ?? open()));
      } catch (error) {
        throw (error as Error).name === 'InvalidStateError' ? storeError('storage-failed', error) : asStoreError(error);
      }
    },
    async close() {
      const closing = opened;
      opened = null;
      await closing?.then((store) => store.close()).catch(() => {});
    },
  };
}
