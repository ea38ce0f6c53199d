/** What is sent to the person's own address when a run ends, and when it is sent again. Pure but for `send`'s fetch. */
import type { RunEvent } from '../promptwizard/events.ts';
import { responseOf, stateOf } from './answers.ts';
import type { ErrorCode } from './errors.ts';
import type { FoundRun } from './host.ts';
import { retryAfter } from './retryAfter.ts';

export class WebhookUrlError extends Error {
  override name = 'webhook-url';
}

const OWN_HOSTS = ['127.0.0.1', 'localhost'];

/** @throws WebhookUrlError with what is wrong and how to mend it */
export function readWebhookUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new WebhookUrlError('The address must be a whole one, as in https://example.convex.site/api/webhook.');
  }
  if (url.username || url.password)
    throw new WebhookUrlError('The address must hold no name and password: it would be seen by others. Set a secret instead.');
  if (url.protocol === 'http:' && OWN_HOSTS.includes(url.hostname)) return url;
  if (url.hostname.startsWith('['))
    throw new WebhookUrlError('The address must have a name or numbers with dots: no policy of a page can name the numbers of IPv6.');
  if (url.protocol !== 'https:')
    throw new WebhookUrlError('The address must begin with https://; http:// is allowed for 127.0.0.1 and localhost only.');
  return url;
}

/** A run that is over, as JSON: the same bytes at every attempt. @param now milliseconds since 1970 */
export function webhookBody(found: FoundRun, events: readonly RunEvent[], version: string, now: number): string {
  const { id: run, sessionId, model } = found;
  const state = stateOf(events);
  const completed = found.status === 'done' && state.result !== null;
  return JSON.stringify({
    event: 'run.finished',
    run_id: run,
    ...(sessionId === undefined ? {} : { session_id: sessionId }),
    status: completed ? 'completed' : 'failed',
    timestamp: new Date(now).toISOString(),
    ...(completed ? responseOf(state, state.result!, { run, sessionId, cached: false, model, version }) : { error: failure(found) }),
  });
}

function failure({ status, error }: FoundRun): { detail: string; code: ErrorCode } {
  if (status === 'stopped') return { detail: 'The run was stopped before its end.', code: 'cancelled' };
  return { detail: error ?? 'The run ended by a fault of the app.', code: 'failed' };
}

export const testBody = (now: number): string => JSON.stringify({ event: 'test', timestamp: new Date(now).toISOString() });

/** HMAC-SHA256 of `timestamp.body`, hexadecimal. @param timestamp seconds since 1970 */
export async function signature(secret: string, timestamp: number, body: string): Promise<string> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, encode(`${timestamp}.${body}`));
  return Array.from(new Uint8Array(signed), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Whether two secrets are the same, without the secret: too short to find it by, and no signature of anything that is sent.
 * @param origin that it is for
 */
export const secretMark = async (secret: string, origin: string): Promise<string> =>
  (await signature(secret, 0, `mark of the secret for ${origin}`)).slice(0, 4);

export interface Delivery {
  url: URL;
  run: string;
  body: string;
  secret: string | null;
  /** Milliseconds since 1970. */
  now: number;
}

export type Sent =
  | { kind: 'taken'; status: number }
  /** Worth another try. `status` 0: no answer. `retryAfter` milliseconds, as the other side asked. */
  | { kind: 'later'; status: number; retryAfter: number | null }
  | { kind: 'refused'; status: number };

/** Statuses of a refusal that a person can mend: the secret, or who may post. */
export const MENDABLE: readonly number[] = [401, 403];

const AGAIN = [408, 425, 429];

/** One attempt. Never rejects. */
export async function send({ url, run, body, secret, now }: Delivery, fetcher: typeof fetch = fetch): Promise<Sent> {
  const timestamp = Math.floor(now / 1000);
  try {
    const response = await fetcher(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-PromptEvolver-Run': run,
        'X-PromptEvolver-Timestamp': String(timestamp),
        ...(secret ? { 'X-PromptEvolver-Signature': `v1=${await signature(secret, timestamp, body)}` } : {}),
      },
      body,
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    });
    // Nothing of the answer is wanted.
    await response.body?.cancel().catch(() => {});
    const { status } = response;
    if (response.ok) return { kind: 'taken', status };
    if (status >= 500 || AGAIN.includes(status))
      return { kind: 'later', status, retryAfter: retryAfter(response.headers.get('Retry-After'), now) };
    return { kind: 'refused', status };
  } catch {
    return { kind: 'later', status: 0, retryAfter: null };
  }
}

const FIRST = 30_000;
const LONGEST = 8 * 3_600_000;
/** With the waits between them, most of a day. */
export const MOST_ATTEMPTS = 8;

/**
 * When to try again, milliseconds since 1970; null: never.
 * @param attempts made so far that count
 * @param chance [0,1): so that many browsers do not come back at one moment
 */
export function nextAttempt(attempts: number, retryAfter: number | null, now: number, chance: number): number | null {
  if (attempts >= MOST_ATTEMPTS) return null;
  const wait = Math.min(LONGEST, FIRST * 4 ** Math.max(0, attempts - 1)) * (0.5 + chance / 2);
  return now + Math.round(Math.max(wait, retryAfter ?? 0));
}
