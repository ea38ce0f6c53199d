/** What passes between the sandbox's worker and whoever made it. */
import type { Untrusted, UntrustedAnswer } from '../promptwizard/llm.ts';

export type ToSandbox = { id: number; request: Untrusted };

export type FromSandbox =
  /** The engine is there; the clock of the first request starts. */
  | { kind: 'ready' }
  | { kind: 'answer'; id: number; answer: UntrustedAnswer }
  /** The engine could not be fetched or started. */
  | { kind: 'unavailable'; why: string };
