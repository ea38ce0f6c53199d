/** What the page can ask of the worker, and what it hears. */
import type { LoadedModel, LoadOptions, LoadProgress, ModelRef, ServerListing } from '../../engines/engine.ts';
import type { RunEvent } from '../../promptwizard/events.ts';
import type { Row } from '../../promptwizard/types.ts';
import type { RunStatus } from '../../store/records.ts';
import type { DeviceReport, FilesApi, ModelStatus, StartReply, StartRequest, TryReply, TryRequest } from '../../worker/protocol.ts';

/** What a watcher of a run hears. Events come in order, each `seq` once, from the one asked for. */
export interface RunHandlers {
  events(batch: { seq: number; event: RunEvent }[]): void;
  /** The first call tells the status at the time of watching. `message` is a sentence for a person. */
  status?(status: RunStatus, message?: string): void;
  /** Tokens of the call under way. */
  tokens?(tokensSoFar: number): void;
  /** The run's list starts anew at 0 (the app was updated meanwhile): forget what was heard. */
  reset?(): void;
}

export interface EngineState {
  /** `restarting`: the worker was ended (hung, lost its GPU) and is coming back with its model and run by itself. */
  worker: 'none' | 'alive' | 'restarting' | 'failed';
  model: ModelStatus;
  /** One sentence about a restart or why there will be no more. */
  message: string | null;
}

/** Every error has a sentence as `message` and a code as `name`: EngineErrorCode, StoreErrorCode, or one of WorkerErrorCode. */
export interface Optimizer extends FilesApi {
  device(): Promise<DeviceReport>;
  /**
   * Resolves when ready; a second call for the loaded model resolves at once. After a failure the worker is ended by
   * itself. Without `options` those that this model was last loaded with hold: a gate passed once stays passed.
   */
  load(ref: ModelRef, onProgress?: (p: LoadProgress) => void, options?: LoadOptions): Promise<LoadedModel>;
  /** The load rejects with `aborted`; what was downloaded is kept. */
  cancelLoad(): Promise<void>;
  unload(): Promise<void>;
  /** Known here: starts no worker. */
  model(): ModelStatus;
  /** The models of a server of the person's own. */
  listServer(address: string, key?: string): Promise<ServerListing>;
  importFile(file: File, onProgress?: (p: LoadProgress) => void): Promise<ModelRef>;
  remove(ref: ModelRef): Promise<void>;
  /** Whether the whole model lies on this machine, also one that no catalogue lists. */
  here(ref: ModelRef): Promise<boolean>;
  /** One answer of the loaded model outside of any run. Refused as `busy` or `elsewhere` while a run has it. */
  tryOut(request: TryRequest, onTokens?: (tokensSoFar: number) => void): Promise<TryReply>;
  stopTrying(): Promise<void>;
  start(request: StartRequest): Promise<StartReply>;
  /** Goes on with a stored run; loads its model first when another or none is loaded, with `options`. */
  resume(run: string, onProgress?: (p: LoadProgress) => void, options?: LoadOptions): Promise<void>;
  /** `from`: first `seq` wanted, 0 for all. Answers from the store for a run of another tab or a finished one. */
  watch(run: string, from: number, handlers: RunHandlers): () => void;
  pause(run: string): Promise<void>;
  unpause(run: string): Promise<void>;
  stop(run: string): Promise<void>;
  /** The person's answer to `rows-made`. Pause the run to hold its two minutes. */
  reviewRows(run: string, position: number, rows: Row[]): Promise<void>;
  /** Hears how every run of this tab's worker stands; answers with the way to end that. */
  onRun(hear: (run: string, status: RunStatus) => void): () => void;
  state(): EngineState;
  /** Hears the state at once and at every change. */
  onEngineState(hear: (state: EngineState) => void): () => void;
}
