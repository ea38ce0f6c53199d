/** Sends finished runs to the address that the person confirmed. Waits survive a reload; one tab sends at a time. */
import { isOver } from '../../api/answers.ts';
import { MENDABLE, nextAttempt, readWebhookUrl, send, testBody, webhookBody, type Delivery, type Sent } from '../../api/webhook.ts';
import { builtSite } from '../../store/builtSite.ts';
import { delayOutbox, dropOutbox, getOutbox, giveUpOutbox, holdOutbox, putOutbox, readOutbox, runsToTell } from '../../store/outbox.ts';
import { found } from '../api/found.ts';
import { readEvents } from '../client/history.ts';
import { connection, readPreference } from '../client/preferences.ts';
import { reach } from '../client/reach.ts';
import { engine } from '../models/engine.svelte.ts';
import { confirmOrigins } from '../offline/origins.ts';
import { currentSecret } from './secret.ts';
import { tellTabs } from './tabs.ts';

const LOCK = 'promptevolver-webhook';

/** Where to send to; null: nowhere. */
interface Target {
  url: URL;
  since: number;
  own: boolean;
  /** Needed and not at hand, or changed in another tab: the person has to type it again. */
  locked: boolean;
  secret: string | null;
}

async function target(): Promise<Target | null> {
  const kept = await readPreference('webhook');
  if (!kept?.allowed) return null;
  const url = readWebhookUrl(kept.url ?? __WEBHOOK_URL__);
  // Another address than the one that was confirmed, after a new build say.
  if (url.origin !== kept.allowed) return null;
  const given = await currentSecret(kept);
  return { url, since: kept.since, own: kept.own, locked: kept.signed && !given, secret: kept.signed ? given : null };
}

let timer: ReturnType<typeof setTimeout> | undefined;
let listening: Promise<void> | null = null;

/** From now on runs are sent when they end. Resolves when what was waiting has been tried. */
export async function begin(): Promise<void> {
  if (await target().catch(() => null)) await (listening ??= listen().catch(() => void (listening = null)));
  await drain();
}

async function listen(): Promise<void> {
  (await engine.client()).onRun((_run, status) => isOver(status) && void drain());
  addEventListener('online', () => void drain('waiting'));
}

/** `waiting`: also what should wait longer, as the network is back. `all`: also what is held, as the person has done something. */
export type What = 'due' | 'waiting' | 'all';

export async function drain(what: What = 'due'): Promise<void> {
  try {
    await navigator.locks.request(LOCK, () => work(what));
  } catch {
    // No storage, or an address that can no longer be read: the Settings page says so.
  }
}

async function work(what: What): Promise<void> {
  clearTimeout(timer);
  const to = await target();
  if (!to) return;
  let put = false;
  for (const run of await connection.use((store) => runsToTell(store, to.since, to.own))) {
    const events = (await readEvents(run.id)).map(({ event }) => event);
    const at = Date.now();
    const message = { to: to.url.origin, body: webhookBody(found(run), events, __APP_VERSION__, at), now: at };
    put = (await connection.use((store) => putOutbox(store, run.id, message))) || put;
  }
  if (to.locked) {
    // Another tab may have the secret.
    if (put) tellTabs();
    return;
  }
  for (const { run, nextAt, held } of await connection.use(readOutbox))
    if (held === undefined ? what !== 'due' || nextAt <= Date.now() : what === 'all') await attempt(run);
  const next = (await connection.use(readOutbox)).find(({ held }) => held === undefined);
  if (next) timer = setTimeout(() => void drain(), Math.max(1_000, next.nextAt - Date.now()));
}

async function attempt(run: string): Promise<void> {
  // While the one before it was sent, the person may have deleted this run, or changed where to.
  const to = await target();
  const item = await connection.use((store) => getOutbox(store, run));
  if (!to || to.locked || !item) return;
  const early = item.nextAt > Date.now();
  const sent = await deliver({ url: to.url, run, body: item.body, secret: to.secret, now: Date.now() });
  if (sent.kind === 'taken') return connection.use((store) => dropOutbox(store, run));
  // Nobody was there before the time had come: the time stands.
  if (sent.status === 0 && early) return;
  // Without a network nothing is learned of the other side.
  const attempts = item.attempts + (sent.status === 0 && !navigator.onLine ? 0 : 1);
  if (MENDABLE.includes(sent.status)) return connection.use((store) => holdOutbox(store, run, attempts, sent.status));
  const now = Date.now();
  const at = sent.kind === 'later' ? nextAttempt(attempts, sent.retryAfter, now, Math.random()) : null;
  if (at !== null) return connection.use((store) => delayOutbox(store, run, attempts, at));
  await connection.use((store) => giveUpOutbox(store, run, { attempts, status: sent.status, at: now }, builtSite));
}

/** To an address that the person has confirmed, or is trying out by a click. */
async function deliver(delivery: Delivery): Promise<Sent> {
  await confirmOrigins([delivery.url.href]);
  return send(delivery, reach);
}

/** One message without a run, to see whether the other side takes it. @throws WebhookUrlError */
export async function sendTest(address: string, key: string | null): Promise<Sent> {
  const now = Date.now();
  return deliver({ url: readWebhookUrl(address), run: 'test', body: testBody(now), secret: key, now });
}
