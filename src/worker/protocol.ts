/** The only way from the page to engines and runs. Types only; spoken through Comlink. */
import type { ModelOffer } from '../engines/catalogue.ts';
import type { Capability, LoadedModel, LoadOptions, LoadProgress, ModelRef, ServerListing } from '../engines/engine.ts';
import type { RunEvent } from '../promptwizard/events.ts';
import type { ChatMessage, PlanName, Row, Task } from '../promptwizard/types.ts';
import type { Settings } from '../promptwizard/settings.ts';
import type { AskedBy, RunStatus } from '../store/records.ts';
import type { CheckReport, OnBytes, StoredModel } from '../engines/stored.ts';

export type { CheckReport, ModelOffer, StoredModel };

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
  /** Of the run, if it becomes a new one; else the worker makes one. */
  id?: string;
  asked?: AskedBy;
}

export type StartReply =
  | { kind: 'started'; run: string }
  /** The same request was answered before: the finished run to show. */
  | { kind: 'stored'; run: string }
  /** The queue of 3 is full. */
  | { kind: 'busy'; message: string }
  /** Another tab has the device: its run, which can be watched from here. */
  | { kind: 'elsewhere'; run: string; message: string };

/** One chat for the loaded model, outside of any run. */
export interface TryRequest {
  messages: ChatMessage[];
  maxTokens: number;
}

export interface TryReply {
  text: string;
  finish: 'stop' | 'length' | 'timeout';
  tokensOut: number;
  ms: number;
}

/** Errors of the worker itself, by `name`; those of engine, store and method keep their own. */
export type WorkerErrorCode =
  /** A run or a load is going on that this would disturb. */
  | 'busy'
  /** Another tab has this run in hand. */
  | 'elsewhere'
  | 'no-such-run'
  /** The run was made with another model than the one that is loaded. */
  | 'other-model'
  /** The rows were used already. */
  | 'too-late'
  /** The worker was ended while it was asked; the run, if any, is kept. */
  | 'worker-ended'
  /** Plain http from another machine: no locks, no WebGPU, no SHA-256. */
  | 'insecure-page';

/** What a watcher of a run hears. Events come in order, each `seq` once, from the one asked for. */
export interface RunSink {
  events(batch: { seq: number; event: RunEvent }[]): void;
  status(status: RunStatus, message?: string): void;
  /** Tokens of the call under way, so that the page is seen to live; not stored. */
  tokens(tokensSoFar: number): void;
  /** The list starts anew at 0, because another version of the app wrote the stored one: forget what was heard. */
  reset(): void;
}

/** What the page's client hears of everything in the worker, so that it can start it anew and give it its work back. */
export interface WorkerListener {
  model(status: ModelStatus): void;
  /** `fatal`: the engine is gone, and only a new worker can go on with the run. */
  run(run: string, status: RunStatus, message?: string, fatal?: boolean): void;
}

/** A file of a folder that the person chose. `path`: with the folder's name in front, parts split by slashes. */
export interface GivenFile {
  path: string;
  file: File;
}

/** A model that was taken in. */
export interface TakenIn {
  ref: ModelRef;
  title: string;
  /** Of its files. */
  bytes: number;
}

/** What the Models page does with the files of models. `place`s and `ref`s as `stored` listed them. */
export interface FilesApi {
  /** `refs`: the models that the page knows; their files get their names, all others are left over. */
  stored(refs: ModelRef[]): Promise<StoredModel[]>;
  /** Holds the files against the model's own list, by hash where it has hashes. */
  checkFiles(ref: ModelRef, onBytes: OnBytes): Promise<CheckReport>;
  /** Removes files that belong to no known model. */
  removeLeft(kind: StoredModel['kind'], place: string): Promise<void>;
  /** Writes the model into a folder of its own within `to`; answers with its name. */
  exportFolder(ref: ModelRef, to: FileSystemDirectoryHandle, onBytes: OnBytes): Promise<string>;
  /** Makes one zip of the model. It lies in the page's own space until `dropExports`. */
  exportZip(ref: ModelRef, onBytes: OnBytes): Promise<File>;
  dropExports(): Promise<void>;
  /** A folder, a GGUF file, or a zip of either. `known`: the models it may be, that it counts as one of them. */
  importModel(given: GivenFile[], known: ModelRef[], onBytes: OnBytes): Promise<TakenIn>;
  /** Stops the check, export or import that is going on; it rejects with `aborted`. */
  stopFiles(): Promise<void>;
}

export interface OptimizerApi extends FilesApi {
  /** Answers at once; the page restarts a worker that does not. */
  ping(): Promise<number>;
  observe(listener: WorkerListener): Promise<void>;
  /** `pageUrl`: the page's address, beside which `models/` is looked for; a worker's own script may lie elsewhere. */
  device(pageUrl: string): Promise<DeviceReport>;
  /** Whether the whole model lies on this machine, one outside of the catalogue too: loading it then needs no network. */
  here(ref: ModelRef): Promise<boolean>;
  /** Loads; resolves when ready. Rejects with an error whose `name` is an EngineErrorCode. */
  load(ref: ModelRef, onProgress: (p: LoadProgress) => void, options?: LoadOptions): Promise<LoadedModel>;
  cancelLoad(): Promise<void>;
  unload(): Promise<void>;
  model(): Promise<ModelStatus>;
  /** Takes in a GGUF that the person dropped; answers with a ref to load. */
  importFile(file: File, onProgress: (p: LoadProgress) => void): Promise<ModelRef>;
  /** Removes a model's files from this machine. */
  remove(ref: ModelRef): Promise<void>;
  /** The models of an OpenAI-compatible server. Nothing is stored, the key least of all. Rejects with an EngineError's name. */
  listServer(address: string, key?: string): Promise<ServerListing>;
  countTokens(text: string): Promise<number>;
  /** Answers once and stores nothing. Refused while a run has the model; a run that starts stops it. */
  tryOut(request: TryRequest, onTokens: (tokensSoFar: number) => void): Promise<TryReply>;
  stopTrying(): Promise<void>;
  start(request: StartRequest): Promise<StartReply>;
  /** Goes on with a stored run at its first unanswered call. Needs its model loaded. */
  resume(run: string): Promise<void>;
  /** Resolves to the number to `unwatch`. Any run: of this worker, of another tab, or a finished one. */
  watch(run: string, from: number, sink: RunSink): Promise<number>;
  unwatch(watch: number): Promise<void>;
  pause(run: string): Promise<void>;
  unpause(run: string): Promise<void>;
  stop(run: string): Promise<void>;
  /** The person's answer to `rows-made`. */
  reviewRows(run: string, position: number, rows: Row[]): Promise<void>;
}
