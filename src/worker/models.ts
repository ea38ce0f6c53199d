/** The one model that this worker has loaded, is loading, or failed to load. */
import type { EngineName, LlmEngine, LoadedModel, LoadOptions, LoadProgress, ModelRef } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { refKey } from '../engines/modelId.ts';
import { needOf, overLimit } from '../engines/catalogue.ts';
import { WorkerError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { ModelStatus } from './protocol.ts';

/** Those that this worker offers. */
export type Engines = { readonly [K in EngineName]?: () => Promise<LlmEngine> };

const sameRef = (a: ModelRef, b: ModelRef): boolean => refKey(a) === refKey(b);

/** Progress is told at every change of phase, and else at most this often, ms. */
const TELL_EVERY = 100;

export interface ModelsParts {
  journal: Journal;
  /** Bytes; null: the device decides. */
  memoryLimit: number | null;
}

export class Models {
  status: ModelStatus = { state: 'none' };
  private engine: LlmEngine | null = null;
  private loading: { ref: ModelRef; done: Promise<LoadedModel>; abort: AbortController } | null = null;

  constructor(
    private readonly engines: Engines,
    private readonly hear: (status: ModelStatus) => void,
    private readonly parts: ModelsParts,
  ) {}

  /** The engine, ready to answer. @throws EngineError not-loaded */
  ready(): { engine: LlmEngine; model: LoadedModel } {
    if (this.status.state === 'ready' && this.engine) return { engine: this.engine, model: this.status.model };
    throw new EngineError('not-loaded', 'No model is loaded. Load one, then start.');
  }

  /** Whether this model is the one that is loaded. */
  has(ref: ModelRef): boolean {
    return this.status.state === 'ready' && sameRef(this.status.model.ref, ref);
  }

  /** @throws EngineError; after it this worker must be ended. WorkerError busy while another model is being loaded. */
  load(ref: ModelRef, onProgress: (p: LoadProgress) => void, options?: LoadOptions): Promise<LoadedModel> {
    if (this.status.state === 'ready' && this.has(ref)) return Promise.resolve(this.status.model);
    if (this.loading) {
      if (sameRef(this.loading.ref, ref)) return this.loading.done;
      return Promise.reject(new WorkerError('busy', 'Another model is being loaded. Wait for it or cancel it, then choose again.'));
    }
    const abort = new AbortController();
    const done = this.run(ref, onProgress, abort.signal, options).finally(() => (this.loading = null));
    this.loading = { ref, done, abort };
    return done;
  }

  cancel(): void {
    this.loading?.abort.abort();
  }

  async unload(): Promise<void> {
    this.cancel();
    await this.loading?.done.catch(() => {});
    if (this.status.state !== 'ready') return;
    const { engine } = this;
    this.engine = null;
    this.tell({ state: 'none' });
    await engine?.unload();
  }

  private async run(
    ref: ModelRef,
    onProgress: (p: LoadProgress) => void,
    signal: AbortSignal,
    options?: LoadOptions,
  ): Promise<LoadedModel> {
    const first: LoadProgress = { phase: 'check', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: '' };
    let told = { phase: first.phase, at: performance.now() };
    this.tell({ state: 'loading', ref, progress: first });
    const started = performance.now();
    let refused = null as EngineError | null;
    /** The true size of a model by address is known only when its server has answered. */
    const withinLimit = (bytes: number) => {
      const { memoryLimit } = this.parts;
      if (memoryLimit !== null && bytes > memoryLimit)
        refused ??= new EngineError('memory-limit', `${overLimit(bytes, memoryLimit)} Choose a smaller model.`);
      return refused === null;
    };
    const own = new AbortController();
    signal.addEventListener('abort', () => own.abort());
    if (signal.aborted) own.abort();
    try {
      if (!withinLimit(needOf(ref))) throw refused;
      await this.engine?.unload();
      this.engine = null;
      const make = this.engines[ref.engine];
      if (!make) throw new EngineError('load-failed', 'This page has no engine for that model. Choose another one.');
      const engine = await make();
      const loaded = await engine.load(
        ref,
        (progress) => {
          if (!withinLimit(progress.bytesTotal)) return own.abort();
          const at = performance.now();
          if (progress.phase === told.phase && at - told.at < TELL_EVERY) return;
          told = { phase: progress.phase, at };
          onProgress(progress);
          this.tell({ state: 'loading', ref, progress });
        },
        own.signal,
        options,
      );
      // A load that was cancelled at its very end counts as cancelled.
      if (own.signal.aborted) throw cancelled();
      this.engine = engine;
      const model = { ...loaded, title: ref.title ?? loaded.title };
      this.tell({ state: 'ready', model });
      const { prefillPerSecond, decodePerSecond } = model;
      const seconds = Math.round(performance.now() - started) / 1_000;
      void this.parts.journal.note({ level: 'info', what: 'model-loaded', ref, figures: { seconds, prefillPerSecond, decodePerSecond } });
      return model;
    } catch (error) {
      const known = refused ?? (signal.aborted ? cancelled() : error instanceof EngineError ? error : loadFailed(error));
      if (known.code !== 'aborted') void this.parts.journal.note({ level: 'error', what: 'model-failed', ref, error: known });
      this.tell({ state: 'failed', ref, code: known.code, message: known.message });
      throw known;
    }
  }

  private tell(status: ModelStatus): void {
    this.status = status;
    this.hear(status);
  }
}

const cancelled = (): EngineError => new EngineError('aborted', 'Loading was cancelled. What was downloaded is kept.');

function loadFailed(error: unknown): EngineError {
  const name = error instanceof Error ? error.name : typeof error;
  return new EngineError(
    'load-failed',
    `The model could not be loaded (${name}). What was downloaded is kept; try again, or choose another model.`,
    {
      cause: error,
    },
  );
}
