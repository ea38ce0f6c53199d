/** What the API needs of whoever runs it: a page of the app. Transports, engine and storage are on the other side. */
import type { RunEvent } from '../promptwizard/events.ts';
import type { HealthResponse } from './answerSchema.ts';
import type { Asked } from './request.ts';

export type HostStatus = 'queued' | 'running' | 'paused' | 'done' | 'stopped' | 'failed' | 'interrupted';

export interface FoundRun {
  id: string;
  status: HostStatus;
  /** Milliseconds since 1970. */
  createdAt: number;
  updatedAt: number;
  /** Id of the model. */
  model: string;
  sessionId?: string;
  /** A sentence; when failed or interrupted by an error. */
  error?: string;
}

export interface LoadNews {
  /** Id of the model. */
  model: string;
  phase: string;
  bytesDone: number;
  bytesTotal: number;
  secondsLeft: number | null;
}

export type HostStart =
  /** Another id than the one given: the same request is already going on. */
  | { kind: 'started'; run: string }
  /** The same request was answered before. */
  | { kind: 'stored'; run: string }
  | { kind: 'busy'; message: string }
  /** Another page of this browser has the device, and may be asked instead. */
  | { kind: 'elsewhere'; run: string; message: string };

export interface RunHandlers {
  events(batch: RunEvent[]): void;
  status(status: HostStatus): void;
  /** The list starts anew. */
  reset(): void;
}

export interface ApiHost {
  /** Of the app. */
  version: string;
  /** Requests that may wait behind the one at work. */
  mostWaiting: number;
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, also in a hidden tab; never when aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  health(): Promise<HealthResponse>;
  /**
   * Loads the model that lies on this machine if none is loaded, then starts.
   * @param left nobody waits any more: then nothing is started
   * @throws ApiError no_model, model_failed, too_long, bad_input, storage; the reason of `left`
   */
  start(asked: Asked, id: string, hear: (news: LoadNews) => void, left: AbortSignal): Promise<HostStart>;
  watch(run: string, handlers: RunHandlers): () => void;
  /** The rows that the model made, as they are: nobody is there to check them. */
  acceptRows(run: string, event: Extract<RunEvent, { type: 'rows-made' }>): Promise<void>;
  /** Stops a run and keeps the best; `elsewhere` when another page has it in hand. */
  stop(run: string): Promise<'stopping' | 'over' | 'elsewhere'>;
  remove(run: string): Promise<void>;
  find(run: string): Promise<FoundRun | null>;
  events(run: string): Promise<RunEvent[]>;
}
