/** One request to the server, tried again while it is busy or away for a moment. */
import { retryAfter } from '../../api/retryAfter.ts';
import { EngineError } from '../errors.ts';
import { refusal, RejectedError, sendsOn, unreachable, wordsOf } from './errors.ts';

export interface Server {
  /** As `apiBase` gives it. */
  base: string;
  /** Sent as `Authorization: Bearer`. Never stored with a run. */
  key?: string;
  fetch: typeof fetch;
  /** Before the second try, ms; doubled before each further one. */
  firstWait: number;
}

const BUSY = new Set([429, 502, 503, 504]);
const MOST_TRIES = 6;
/** Without any answer: a server that starts anew is back soon, a wrong address never. */
const MOST_TRIES_UNHEARD = 3;
const MOST_WAIT = 60_000;
/** Milliseconds that the waits of one call can come to, and some for the answers in between. */
export const LONGEST_WAIT = MOST_TRIES * MOST_WAIT + 30_000;

export interface Sending {
  signal: AbortSignal;
  /** Before each try: the time of waiting is no time of answering. */
  onTry?: () => void;
  model?: string;
  /** Whether a server's words speak of a field of the request. */
  overField?: (words: string) => boolean;
}

/**
 * @param body GET without it
 * @throws EngineError, RejectedError, or the signal's reason
 */
export async function send(server: Server, path: string, body: unknown, { signal, onTry, model, overField }: Sending): Promise<Response> {
  const init: RequestInit = {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(server.key ? { Authorization: `Bearer ${server.key}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
    // Text goes to the server that was named, and to no other that it names.
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
  };
  for (let tried = 1; ; tried++) {
    onTry?.();
    const backoff = server.firstWait * 2 ** (tried - 1);
    let response: Response;
    try {
      response = await server.fetch(server.base + path, init);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (tried >= MOST_TRIES_UNHEARD) throw await unreachable(server.base, error, { ask: server.fetch, keyed: server.key !== undefined });
      await pause(backoff, signal);
      continue;
    }
    if (response.ok) return response;
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) throw sendsOn(server.base);
    const words = wordsOf(await response.text().catch(() => ''));
    // Some break with 500 over a field that they do not know: that will not pass by waiting.
    if (response.status >= 500 && overField?.(words)) throw new RejectedError(words);
    if (!BUSY.has(response.status) || tried >= MOST_TRIES) {
      throw refusal(server.base, { status: response.status, words, ...(model ? { model } : {}) });
    }
    await pause(retryAfter(response.headers.get('Retry-After')) ?? backoff, signal);
  }
}

/** @throws the signal's reason */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, MOST_WAIT),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** @throws EngineError when the answer is none of such a server */
export async function readJson(response: Response, base: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new EngineError(
      'bad-address',
      `What answers at ${base} is no OpenAI-compatible server: its reply is not JSON. Check the address: it often ends in /v1.`,
      { cause },
    );
  }
}
