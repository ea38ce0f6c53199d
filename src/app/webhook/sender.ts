/** Sends finished runs to the address that the person confirmed. Waits survive a reload; one tab sends at a time. */
import { nextAttempt, readWebhookUrl, send, testBody, webhookBody, type Delivery, type Sent } from '../../api/webhook.ts';
import { delayOutbox, dropOutbox, giveUpOutbox, putOutbox, readOutbox, runsToTell } from '../../store/outbox.ts';
import type { OutboxRecord } from '../../store/records.ts';
import { found } from '../api/found.ts';
import { connection, readEvents, readPreference } from '../client/history.ts';
import { reach } from '../client/reach.ts';
import { engine } from '../models/engine.svelte.ts';
import { confirmOrigins } from '../offline/origins.ts';
import { secret } from './secret.ts';

const LOCK = 'promptevolver-webhook';
const OVER = ['done', 'stopped', 'failed'];

/** Where to send to; null: nowhere. */
interface Target {
  url: URL;
  since: number;
  own: boolean;
  /** Needed and not at hand: the person has to type it again. */
  locked: boolean;
  secret: string | null;
}

async function target(): Promise<Target | null> {
  const kept = await readPreference('webhook');
  if (!kept?.allowed) return null;
  const url = readWebhookUrl(kept.url ?? __WEBHOOK_URL__);
  // Another address than the one that was confirmed, after a new build say.
  if (url.origin !== kept.allowed) return null;
  const given = kept.secret ?? secret.get();
  return { url, since: kept.since, own: kept.own, locked: kept.signed && !given, secret: kept.signed ? given : null };
}

let timer: ReturnType<typeof setTimeout> | undefined;
let begun = false;

/** From now on runs are sent when they end. Resolves when what was waiting has been tried. */
export async function begin(): Promise<void> {
  if (!begun && (await target().catch(() => null))) {
    begun = true;
    (await engine.client()).onRun((_run, status) => OVER.includes(status) && void drain());
    addEventListener('online', () => void drain(true));
  }
  await drain();
}

/** @param now also what should wait longer: the network is back, or the person says so */
export async function drain(now = false): Promise<void> {
  try {
    await navigator.locks.request(LOCK, () => work(now));
  } catch {
    // No storage, or an address that can no longer be read: the Settings page says so.
  }
}

async function work(now: boolean): Promise<void> {
  clearTimeout(timer);
  const to = await target();
  if (!to) return;
  for (const run of await connection.use((store) => runsToTell(store, to.since, to.own))) {
    const events = (await readEvents(run.id)).map(({ event }) => event);
    const body = webhookBody(found(run), events, __APP_VERSION__, Date.now());
    await connection.use((store) => putOutbox(store, run.id, body, Date.now()));
  }
  if (to.locked) return;
  for (const item of await connection.use(readOutbox)) if (now || item.nextAt <= Date.now()) await attempt(to, item);
  const next = (await connection.use(readOutbox))[0];
  if (next) timer = setTimeout(() => void drain(), Math.max(1_000, next.nextAt - Date.now()));
}

async function attempt({ url, secret }: Target, { run, body, attempts }: OutboxRecord): Promise<void> {
  const sent = await deliver({ url, run, body, secret, now: Date.now() });
  if (sent.kind === 'taken') return connection.use((store) => dropOutbox(store, run));
  const at = sent.kind === 'later' ? nextAttempt(attempts + 1, sent.retryAfter, Date.now(), Math.random()) : null;
  if (at !== null) return connection.use((store) => delayOutbox(store, run, attempts + 1, at));
  await connection.use((store) => giveUpOutbox(store, run, attempts + 1, sent.status, Date.now()));
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
