/** What IndexedDB holds. Every record carries what a later version needs to migrate it. */
import type { ModelRef } from '../engines/engine.ts';
import type { LlmReply } from '../promptwizard/llm.ts';
import type { RunEvent } from '../promptwizard/events.ts';
import type { OptimizeInput, Outcome, Quality } from '../promptwizard/types.ts';

/** `interrupted`: the page or engine went away; it goes on when opened. */
export type RunStatus = 'queued' | 'running' | 'paused' | 'done' | 'stopped' | 'failed' | 'interrupted';

export interface RunRecord {
  id: string;
  /** Shape of this record. */
  version: 1;
  /** Milliseconds since 1970. */
  createdAt: number;
  updatedAt: number;
  status: RunStatus;
  input: OptimizeInput;
  model: ModelRef;
  /** Version of the app that began the list of events, with a mark of its method: `0.1.0+1a2b3c4d`. */
  app: string;
  /** Hash of prompt, rows, settings (seed left out unless the user set it), plan and model: the result cache's key. */
  requestHash: string;
  /** Present when done or stopped. */
  summary?: { outcome: Outcome; qualityScore: number; quality: Quality; seconds: number; calls: number; optimizedPrompt: string };
  /** A sentence for a person; present when failed or interrupted by an error. */
  error?: string;
  /** Absent: by the person, on the page. */
  asked?: AskedBy;
  /** It was put into the outbox, or there was nothing to put. */
  told?: boolean;
  /** It came from a file: nothing in it was ever chosen on this machine, so that it goes on only when the person says so. */
  imported?: boolean;
}

/** Who else asked for a run: a page of this origin through the API, or another site's through the frame. */
export interface AskedBy {
  by: 'api' | 'embed';
  /** The caller's own mark. */
  sessionId?: string;
  /** Of the other site. */
  origin?: string;
}

/** Key: [run, seq]; `seq` from 0, without gaps. */
export interface EventRecord {
  run: string;
  seq: number;
  event: RunEvent;
}

/** Key: hash of (model id, request), or of (model id, request, run) for a reply that one run only may use. Holds text the user typed: it never leaves the browser. */
export interface CallRecord {
  hash: string;
  model: string;
  reply: LlmReply;
  at: number;
}

/** What the person did during a run, so that replay does it again. Key: [run, kind, position]. */
export interface InputRecord {
  run: string;
  kind: 'stop' | 'rows';
  position: number;
  value: unknown;
}

/** What the page remembers for its person, by name: see `preferences.ts`. */
export interface PreferenceRecord {
  key: string;
  /** Shape of `value`. */
  version: 1;
  value: unknown;
}

/** One line of the log: figures only, never text that a person or a model wrote. `id` is given by the database. */
export interface LogRecord {
  id?: number;
  /** Milliseconds since 1970. */
  at: number;
  level: 'info' | 'error';
  /** What happened: `run-finished`, `run-failed`, `webhook-failed`, … */
  what: string;
  run?: string;
  /** SHA-256 of the prompt, hexadecimal, so that two errors of one prompt are known as such. */
  promptHash?: string;
  /** Figures by name: promptLength (characters), seconds, score, calls, tokens, attempts, status. */
  figures: Record<string, number>;
  engine?: string;
  model?: string;
  /** Of the error, never its message. */
  code?: string;
}

/** A finished run that a webhook has not taken yet. */
export interface OutboxRecord {
  run: string;
  /** Shape of this record. */
  version: 1;
  /** JSON, as it will be sent: the same bytes at every attempt. */
  body: string;
  attempts: number;
  /** Milliseconds since 1970: not before. */
  nextAt: number;
  /** Status of an answer that the person can mend (401: another secret). It is not sent again before the person acts. */
  held?: number;
}
