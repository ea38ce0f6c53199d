/** Web Locks of runs and device. A lock dies with the worker that holds it, however that ends. */
import { GPU_LOCK, runLock } from '../store/owners.ts';

/**
 * Holds the run's lock while `work` goes on. Resolves to false, without work, when another worker keeps the lock for
 * longer than `patienceMs`: a worker that was just ended gives it up within moments.
 */
export async function claimRun(locks: LockManager, run: string, work: () => Promise<unknown>, patienceMs = 2_000): Promise<boolean> {
  const waiting = new AbortController();
  let begun = false;
  const timer = setTimeout(() => begun || waiting.abort(), patienceMs);
  try {
    await locks.request(runLock(run), { signal: waiting.signal }, async () => {
      begun = true;
      await work();
    });
    return true;
  } catch (error) {
    if (!begun && waiting.signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Holds the device while `work` goes on; waits for it when another tab has it. */
export const withDevice = <T>(locks: LockManager, work: () => Promise<T>): Promise<T> => locks.request(GPU_LOCK, () => work());
