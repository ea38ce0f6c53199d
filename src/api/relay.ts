/** What the service worker and a window say to each other about a request, over a port of its own. Types, and one word. */
import type { ApiEvent } from './answerSchema.ts';

/** `type` of the message with the port. */
export const RELAY = 'promptevolver-api';

/** How well this window could answer: it has a model loaded, is loading one, or neither. */
export type Standing = 2 | 1 | 0;

export type FromWindow =
  /** At once, before anything is fetched. */
  | { kind: 'here'; standing: Standing }
  | { kind: 'run'; run: string }
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string | null; elsewhere: boolean }
  /** After an answer without a body, until `end`. */
  | { kind: 'event'; event: ApiEvent }
  | { kind: 'end' };

export type FromServiceWorker =
  | { kind: 'request'; method: string; path: string; headers: Record<string, string>; body: ArrayBuffer | null }
  /** The caller went away, or another window was chosen. */
  | { kind: 'leave' };
