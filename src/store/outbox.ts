/** Runs that are over and still to be told to the person's own address. */
import type { Store } from './open.ts';
import type { OutboxRecord, RunRecord } from './records.ts';
import { runsByStatus } from './runs.ts';
import { finished } from './transaction.ts';

/** Those that ended since, and were never put in. @param own those of the page too */
export async function runsToTell(store: Store, since: number, own: boolean): Promise<RunRecord[]> {
  const over = await runsByStatus(store, ['done', 'stopped', 'failed']);
  return over.filter((run) => !run.told && run.createdAt >= since && (own || run.asked !== undefined));
}

/** Puts a run's message in, once, whichever tab does. False: it was in before, or the run is gone. */
export async function putOutbox(store: Store, run: string, body: string, now: number): Promise<boolean> {
  const tx = store.transaction(['runs', 'outbox'], 'readwrite');
  const put = async () => {
    const found = await tx.objectStore('runs').get(run);
    if (!found || found.told) return false;
    await tx.objectStore('runs').put({ ...found, told: true });
    await tx.objectStore('outbox').put({ run, version: 1, body, attempts: 0, nextAt: now });
    return true;
  };
  return finished(tx, put());
}

/** The next to send first. */
export async function readOutbox(store: Store): Promise<OutboxRecord[]> {
  const all = await store.getAll('outbox');
  return all.sort((a, b) => a.nextAt - b.nextAt);
}

export async function delayOutbox(store: Store, run: string, attempts: number, nextAt: number): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  const delay = async () => {
    const found = await tx.store.get(run);
    if (found) await tx.store.put({ ...found, attempts, nextAt });
  };
  await finished(tx, delay());
}

export async function dropOutbox(store: Store, run: string): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  await finished(tx, tx.store.delete(run));
}

/** Given up: the log keeps that it was, with no word of the message. @param status 0: no answer ever came */
export async function giveUpOutbox(store: Store, run: string, attempts: number, status: number, at: number): Promise<void> {
  const tx = store.transaction(['outbox', 'log'], 'readwrite');
  const code = status === 0 ? 'no-answer' : `http-${status}`;
  const work = async () => {
    await tx.objectStore('outbox').delete(run);
    await tx.objectStore('log').add({ at, level: 'error', what: 'webhook-failed', run, figures: { attempts, status }, code });
  };
  await finished(tx, work());
}

/** Nothing more is to be sent. */
export async function clearOutbox(store: Store): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  await finished(tx, tx.store.clear());
}
