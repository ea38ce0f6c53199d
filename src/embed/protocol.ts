/**
 * What a page of another site and a page of the app say to each other. Types only: both sides write the same words.
 *
 *   app    → site   ready                           to anybody: it has nothing in it
 *   site   → app    hello, with a nonce             to the app's origin only
 *   app    → site   asking                          to the origin that said hello, as all that follows
 *   app    → site   allowed, with a port; refused
 *   then, on the port: ask, cancel, bye → and ← answer, closed
 */
import type { ErrorBody, OptimizeEvent } from './types.ts';

/** In every message between the two windows. */
export type Mark = 'promptevolver-embed';
/** Of the words below; a page of another version is refused. */
export type Version = 1;

export interface Ready {
  type: Mark;
  kind: 'ready';
  version: Version;
}
export interface Hello {
  type: Mark;
  kind: 'hello';
  version: Version;
  /** By chance; it comes back in all that answers this hello. */
  nonce: string;
}
export type Reply = { type: Mark; nonce: string } & (
  | { kind: 'asking' }
  /** One port comes with it. */
  | { kind: 'allowed' }
  | { kind: 'refused'; error: ErrorBody & { status: number } }
);

export type ToApp =
  /** `body`: the request as JSON. */
  | { kind: 'ask'; id: number; body: string }
  | { kind: 'cancel'; id: number }
  /** The site's page goes away. */
  | { kind: 'bye' };

export type FromApp =
  /** Of the request `id`; `result` and `error` are its last. */
  | { kind: 'answer'; id: number; event: OptimizeEvent }
  /** The frame has something for the person to see, or no longer. */
  | { kind: 'show'; shown: boolean }
  /** Nothing is answered any more. */
  | { kind: 'closed'; error: ErrorBody & { status: number } };
