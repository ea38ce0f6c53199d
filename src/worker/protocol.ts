/** The only way from the page to engines and runs. Types only; spoken through Comlink. */
import type { Capability, LoadedModel, LoadOptions, LoadProgress, ModelRef } from '../engines/engine.ts';
import type { RunEvent } from '../promptwizard/events.ts';
import type { PlanName, Row, Task } from '../promptwizard/types.ts';
import type { Settings } from '../promptwizard/settings.ts';
import type { RunStatus } from '../store/records.ts';

/** One line of the catalogue, judged for this device. */
export interface ModelOffer {
  ref: ModelRef;
  title: string;
  /** Download, bytes. */
  bytes: number;
  license: string;
  /** What it is good for, one sentence. */
  about: string;
  /** Can this device run it. */
  fits: boolean;
  /** Why it fits or not, one sentence. */
  why: string;
  /** Already on this machine. */
  here: boolean;
  /** The catalogue's choice for this device; exactly one at most. */
  recommended: boolean;
  /** Not fit by a gate that only warns: may be tried on the person's own word. */
  mayTryAnyway: boolean;
}

export interface DeviceReport {
  capabilities: Capability[];
  offers: ModelOffer[];
  /** One sentence: which model was chosen for this device, and why. */
  choice: string;
  /** Bytes; null when the browser does not say. */
  quota: number | null;
  usage: number | null;
  persisted: boolean;
}

export type ModelStatus =
  | { state: 'none' }
  | { state: 'loading'; ref: ModelRef; progress: LoadProgress }
  | { state: 'ready'; model: LoadedModel }
  | { state: 'failed'; ref: ModelRef; code: string; message: string };

export interface StartRequest {
  task: Task;
  settings: Settings;
  plan: PlanName;
  /** Run even if the store has the answer. */
  anew?: boolean;
}

export type StartReply =
  | { kind: 'started'; run: string }
  /** The same request was answered before: the finished run to show. */
  | { kind: 'stored'; run: string }
  /** The queue of 3 is full. */
  | { kind: 'busy'; message: string };

/** What a watcher of a run hears. Events come in order, each `seq` once, from the one asked for. */
export interface RunSink {
  events(batch: { seq: number; event: RunEvent }[]): void;
  status(status: RunStatus, message?: string): void;
  /** Tokens of the call under way, so that the page is seen to live; not stored. */
  tokens(tokensSoFar: number): void;
}

export interface OptimizerApi {
  /** Answers at once; the page restarts a worker that does not. */
  ping(): Promise<number>;
  device(): Promise<DeviceReport>;
  /** Loads; resolves when ready. Rejects with an error whose `name` is an EngineErrorCode. */
  load(ref: ModelRef, onProgress: (p: LoadProgress) => void, options?: LoadOptions): Promise<LoadedModel>;
  cancelLoad(): Promise<void>;
  unload(): Promise<void>;
  model(): Promise<ModelStatus>;
  /** Takes in a GGUF that the person dropped; answers with a ref to load. */
  importFile(file: File, onProgress: (p: LoadProgress) => void): Promise<ModelRef>;
  /** Removes a model's files from this machine. */
  remove(ref: ModelRef): Promise<void>;
  countTokens(text: string): Promise<number>;
  start(request: StartRequest): Promise<StartReply>;
  /** Goes on with a stored run at its first unanswered call. Needs its model loaded. */
  resume(run: string): Promise<void>;
  watch(run: string, from: number, sink: RunSink): Promise<void>;
  unwatch(run: string): Promise<void>;
  pause(run: string): Promise<void>;
  unpause(run: string): Promise<void>;
  stop(run: string): Promise<void>;
  /** The person's answer to `rows-made`. */
  reviewRows(run: string, position: number, rows: Row[]): Promise<void>;
}
