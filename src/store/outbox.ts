/** Runs that are over and still to be told to the person's own address. */
import type { Store } from './open.ts';
import { addLines, type LogRules } from './log.ts';
import type { WebhookPreference } from './preferences.ts';
import type { LogRecord, OutboxRecord, RunRecord, RunStatus } from './records.ts';
import { finished } from './transaction.ts';

const ENDED: readonly RunStatus[] = ['done', 'stopped', 'failed'];

/** Those that were begun since, have ended, and were never put in. @param own those of the page too */
export async function runsToTell(store: Store, since: number, own: boolean): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  const begun = store.transaction('runs').store.index('createdAt');
  for await (const { value: run } of begun.iterate(IDBKeyRange.lowerBound(since)))
    if (ENDED.includes(run.status) && !run.told && (own || run.asked !== undefined)) found.push(run);
  return found;
}

/**
 * Puts a run's message in, once, whichever tab does. False: it was in before, the run is gone, or the person allows
 * another origin by now, or none.
 * @param to the origin that it is for
 */
export async function putOutbox(store: Store, run: string, { to, body, now }: { to: string; body: string; now: number }): Promise<boolean> {
  const tx = store.transaction(['runs', 'outbox', 'preferences'], 'readwrite');
  const put = async () => {
    const webhook = (await tx.objectStore('preferences').get('webhook'))?.value as WebhookPreference | undefined;
    const found = await tx.objectStore('runs').get(run);
    if (!found || found.told || webhook?.allowed !== to) return false;
    await tx.objectStore('runs').put({ ...found, told: true });
    await tx.objectStore('outbox').put({ run, version: 1, body, attempts: 0, nextAt: now });
    return true;
  };
  return finished(tx, put());
}

/** What the person allows from now on; undefined: nothing. What waits for another origin is never sent. */
export async function writeWebhook(store: Store, next: WebhookPreference | undefined): Promise<void> {
  const tx = store.transaction(['outbox', 'preferences'], 'readwrite');
  const write = async () => {
    const preferences = tx.objectStore('preferences');
    const former = (await preferences.get('webhook'))?.value as WebhookPreference | undefined;
    if (former?.allowed !== next?.allowed) await tx.objectStore('outbox').clear();
    await (next ? preferences.put({ key: 'webhook', version: 1, value: next }) : preferences.delete('webhook'));
  };
  await finished(tx, write());
}

/** The next to send first. */
export async function readOutbox(store: Store): Promise<OutboxRecord[]> {
  const all = await store.getAll('outbox');
  return all.sort((a, b) => a.nextAt - b.nextAt);
}

/** undefined: it was taken, or is not to be sent any more. */
export const getOutbox = (store: Store, run: string): Promise<OutboxRecord | undefined> => store.get('outbox', run);

export const delayOutbox = (store: Store, run: string, attempts: number, nextAt: number): Promise<void> =>
  change(store, run, ({ held: _, ...item }) => ({ ...item, attempts, nextAt }));

/** Kept until the person has mended what the other side does not take. @param status of its answer */
export const holdOutbox = (store: Store, run: string, attempts: number, status: number): Promise<void> =>
  change(store, run, (item) => ({ ...item, attempts, held: status }));

async function change(store: Store, run: string, to: (item: OutboxRecord) => OutboxRecord): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  const work = async () => {
    const found = await tx.store.get(run);
    if (found) await tx.store.put(to(found));
  };
  await finished(tx, work());
}

export async function dropOutbox(store: Store, run: string): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  await finished(tx, tx.store.delete(run));
}

/** Given up: the log keeps that it was, with no word of the message. @param status 0: no answer ever came */
export async function giveUpOutbox(
  store: Store,
  run: string,
  { attempts, status, at }: { attempts: number; status: number; at: number },
  rules: LogRules,
): Promise<void> {
  const tx = store.transaction(['outbox', 'log'], 'readwrite');
  const code = status === 0 ? 'no-answer' : `http-${status}`;
  const line: LogRecord = { at, level: 'error', what: 'webhook-failed', run, figures: { attempts, status }, code };
  const work = async () => {
    await tx.objectStore('outbox').delete(run);
    await addLines(tx.objectStore('log'), [line], rules);
  };
  await finished(tx, work());
}
