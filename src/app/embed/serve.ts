/** Answers the requests of one allowed site, over its port. */
import { ApiError, tooLarge } from '../../api/errors.ts';
import type { Api } from '../../api/handler.ts';
import { MOST_BYTES } from '../../api/limits.ts';
import { NDJSON } from '../../api/negotiate.ts';
import { errorAnswer } from '../../api/replies.ts';
import type { ApiEvent } from '../../api/answerSchema.ts';
import type { FromApp, ToApp } from '../../embed/protocol.ts';
import type { OptimizeEvent } from '../../embed/types.ts';
import { CHARACTERS, MOST_MESSAGES, MOST_OPEN, rate } from './limits.ts';

type Failure = Extract<ApiEvent, { event: 'error' }>;
export type Closing = Extract<FromApp, { kind: 'closed' }>['error'];

export interface ServeParts {
  api: Api;
  /** What stands in the way here, whatever is asked. */
  obstacle?: () => Promise<ApiError | null>;
  /** May change the words that the site gets, and sees every event. */
  pass?: (event: ApiEvent) => ApiEvent;
  /** How many requests are open now. */
  onOpen: (count: number) => void;
  onEnd: (why: 'left' | 'flood') => void;
  now?: () => number;
}

export interface Line {
  /** Shows the frame to the person, or hides it. */
  show(shown: boolean): void;
  /** Tells the site that nothing is answered any more, and stops what only it waits for. */
  close(error?: Closing): void;
}

const FLOOD: Closing = {
  status: 429,
  code: 'flood',
  detail: `More than ${MOST_MESSAGES} messages came in a second, or bodies too large for one, so the app has ended the connection. Its person can open it again.`,
};

export function serve(port: MessagePort, { api, obstacle, pass = (event) => event, onOpen, onEnd, now }: ServeParts): Line {
  const open = new Map<number, AbortController>();
  const more = rate(MOST_MESSAGES, now);
  let over = false;

  const say = (message: FromApp) => port.postMessage(message);
  const tell = (id: number, event: ApiEvent) => {
    if (!over) say({ kind: 'answer', id, event: pass(event) as OptimizeEvent });
  };
  const refuse = (id: number, error: ApiError) => tell(id, failureOf(errorAnswer(error)));
  const end = (error?: Closing) => {
    if (over) return;
    over = true;
    if (error) say({ kind: 'closed', error });
    port.close();
    for (const one of open.values()) one.abort();
  };

  const answer = async (id: number, body: string): Promise<void> => {
    const left = new AbortController();
    open.set(id, left);
    onOpen(open.size);
    try {
      const trouble = await obstacle?.();
      if (trouble) return refuse(id, trouble);
      const given = await api.handle({
        method: 'POST',
        path: 'api/v1/optimize',
        headers: { 'content-type': 'application/json', accept: NDJSON },
        body: new TextEncoder().encode(body),
        signal: left.signal,
      });
      if ('body' in given) return tell(id, failureOf(given));
      for await (const event of given.events) tell(id, event);
    } finally {
      open.delete(id);
      onOpen(open.size);
    }
  };

  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (over) return;
    const asked = readMessage(data);
    if (!more(asked?.kind === 'ask' ? 1 + asked.body.length / CHARACTERS : 1)) {
      end(FLOOD);
      return onEnd('flood');
    }
    if (asked?.kind === 'bye') {
      end();
      return onEnd('left');
    }
    if (asked?.kind === 'cancel') return open.get(asked.id)?.abort();
    if (asked?.kind !== 'ask' || open.has(asked.id)) return;
    // Counted in bytes later; no text has fewer of them than characters.
    if (asked.body.length > MOST_BYTES) return refuse(asked.id, tooLarge());
    if (open.size >= MOST_OPEN)
      return refuse(
        asked.id,
        new ApiError('busy', `${open.size} requests of this site are open already. Send the next when one has ended.`),
      );
    void answer(asked.id, asked.body);
  };

  return { show: (shown) => say({ kind: 'show', shown }), close: end };
}

const failureOf = ({ status, body }: { status: number; body: string }): Failure => ({ event: 'error', status, ...JSON.parse(body) });

/** null: none of ours. It comes from another site: nothing is taken for granted. */
export function readMessage(data: unknown): ToApp | null {
  if (typeof data !== 'object' || data === null) return null;
  const { kind, id, body } = data as Record<string, unknown>;
  if (kind === 'bye') return { kind };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return null;
  if (kind === 'cancel') return { kind, id };
  return kind === 'ask' && typeof body === 'string' ? { kind, id, body } : null;
}
