/** Which runs a living worker, of any tab, has in hand: it holds a Web Lock with the run's name until it dies. */
import type { Store } from './open.ts';
import { runsByStatus, updateRun } from './runs.ts';
import type { RunRecord } from './records.ts';

/** Held by the worker whose run uses the device now: one over all tabs. */
export const GPU_LOCK = 'promptevolver-gpu';
export const runLock = (run: string): string => `promptevolver-run:${run}`;

/** Ids of the runs that are running or queued in some tab, this one included. */
export async function ownedRuns(locks: LockManager | undefined = navigator.locks): Promise<Set<string>> {
  // A page from an unsafe address has no locks, and no worker either.
  const { held = [] } = locks ? await locks.query() : {};
  const prefix = runLock('');
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])));
}

/** Whether a run of any tab, this one included, uses the device now. */
export async function deviceIsTaken(locks: LockManager | undefined = navigator.locks): Promise<boolean> {
  const { held = [] } = locks ? await locks.query() : {};
  return held.some(({ name }) => name === GPU_LOCK);
}

/**
 * Runs that are marked as going on but that nobody has in hand become `interrupted`. Answers with them.
 * The records are read before the locks: a run that starts in between has its lock already.
 */
export async function markInterrupted(store: Store, locks: LockManager | undefined = navigator.locks): Promise<RunRecord[]> {
  const going = await runsByStatus(store, ['queued', 'running', 'paused']);
  if (going.length === 0) return [];
  const owned = await ownedRuns(locks);
  const orphans = going.filter((run) => !owned.has(run.id));
  const marked: RunRecord[] = [];
  for (const { id, updatedAt } of orphans) {
    const now = await updateRun(store, id, { status: 'interrupted' }, (run) => run.updatedAt === updatedAt);
    if (now) marked.push(now);
  }
  return marked;
}
