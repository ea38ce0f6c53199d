/** Who may come in: the one window that opened this page, at the one origin that it said hello from, once it is allowed. */
import type { ErrorBody } from '../../embed/types.ts';
import type { Hello, Mark, Ready, Reply, Version } from '../../embed/protocol.ts';
import { rate } from './limits.ts';

export interface DoorParts {
  /** The window that opened this one, or the page around this frame. */
  counterpart: Pick<Window, 'postMessage'>;
  /** Whether the person allows it: now, or before. Asked once. */
  allow: (origin: string) => Promise<boolean>;
  /** Takes the port of an allowed site; one before it is over. */
  enter: (port: MessagePort, origin: string) => void;
  now?: () => number;
}

export interface Door {
  /** For every message that comes to this window, from anybody. */
  hear(event: Pick<MessageEvent, 'data' | 'origin' | 'source'>): void;
  /** Nobody comes in any more. */
  shut(error: Refused): void;
  /** Says to the counterpart that it may say hello. */
  ready(): void;
  /** After a refusal: the next hello is asked about again. */
  forget(): void;
}
export type Refused = ErrorBody & { status: number };

const TYPE: Mark = 'promptevolver-embed';
const VERSION: Version = 1;
/** A second. Sites say hello once; more are not even refused. */
const MOST_HELLOS = 10;

const refused = (detail: string, code: Refused['code'] = 'not_allowed'): Refused => ({ status: 403, code, detail });
const NOT_ALLOWED = refused('The person in front of the app did not allow this site to ask.');
const NO_ADDRESS = refused('The app answers sites with an address only, not files and not frames without an origin of their own.');
const OTHER = refused('This window of the app speaks with another site already. Close it, and open it anew from this one.');
const OTHER_VERSION = refused(
  'This site’s client is of another version than the app. Take the one that lies beside the app.',
  'other_version',
);

export function createDoor({ counterpart, allow, enter, now }: DoorParts): Door {
  const more = rate(MOST_HELLOS, now);
  let pinned: string | null = null;
  let allowed: Promise<boolean> | null = null;
  let closed: Refused | null = null;
  let last = '';

  const reply = (nonce: string, target: string, said: { kind: 'asking' } | { kind: 'refused'; error: Refused }) =>
    counterpart.postMessage({ type: TYPE, nonce, ...said } satisfies Reply, target);

  return {
    async hear({ data, origin, source }) {
      if (source !== counterpart) return;
      const hello = readHello(data);
      if (!hello || !more()) return;
      const { nonce } = hello;
      const refuse = (error: Refused, target = origin) => reply(nonce, target, { kind: 'refused', error });
      // It has no address to send to; the words hold no secret.
      if (!/^https?:\/\//.test(origin)) return refuse(NO_ADDRESS, '*');
      if (hello.version !== VERSION) return refuse(OTHER_VERSION);
      if (pinned !== null && pinned !== origin) return refuse(OTHER);
      pinned = origin;
      if (closed) return refuse(closed);
      last = nonce;
      reply(nonce, origin, { kind: 'asking' });
      const answered = (allowed ??= allow(origin).catch(() => false));
      const yes = await answered;
      // A page that was reloaded meanwhile has said hello anew.
      if (nonce !== last) return;
      if (!yes || closed) return refuse(closed ?? NOT_ALLOWED);
      const { port1, port2 } = new MessageChannel();
      enter(port1, origin);
      counterpart.postMessage({ type: TYPE, nonce, kind: 'allowed' } satisfies Reply, origin, [port2]);
    },
    shut: (error) => void (closed = error),
    ready: () => counterpart.postMessage({ type: TYPE, kind: 'ready', version: VERSION } satisfies Ready, '*'),
    forget: () => void (allowed = null),
  };
}

/** null: none of ours. The version is any number: another one is answered. */
function readHello(data: unknown): (Omit<Hello, 'version'> & { version: number }) | null {
  if (typeof data !== 'object' || data === null) return null;
  const { type, kind, version, nonce } = data as Record<string, unknown>;
  if (type !== TYPE || kind !== 'hello' || typeof version !== 'number') return null;
  return typeof nonce === 'string' && /^[\w-]{8,100}$/.test(nonce) ? { type, kind, version, nonce } : null;
}
