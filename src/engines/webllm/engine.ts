/** Models on the graphics card: WebLLM's MLCEngine, run directly in our worker. */
import { estimateTokens } from '../../promptwizard/tokens.ts';
import type { Capability, GenRequest, GenResult, LlmEngine, LoadedModel, LoadOptions, LoadProgress, ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { nameOf } from '../modelId.ts';
import { watchDevices, type DeviceTrouble, type DeviceWatch } from './adapter.ts';
import { contextOf } from './context.ts';
import { downloadModel, type DownloadOptions } from './download.ts';
import { aborted, toEngineError, troubleError, type Stage } from './errors.ts';
import { judgeDevice, passGates, readDevice } from './gates.ts';
import { generate, throwIfAborted } from './generate.ts';
import { openPackage, tokenizerOf, type MlcEngine, type MlcPackage, type MlcTokenizer } from './package.ts';
import type { ModelFiles } from './cache.ts';
import { readProgress } from './progress.ts';
import { knownRef, recordOf, type WebLlmRef } from './records.ts';
import { selfTest } from './selftest.ts';

/** What the engine takes from outside; each can be a double in a test. */
export interface WebLlmParts {
  openPackage: () => Promise<MlcPackage>;
  featureTest: () => Promise<Capability>;
  download: (ref: WebLlmRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal, options?: DownloadOptions) => Promise<ModelFiles>;
  watchDevices: () => DeviceWatch;
  /** No sign of life for this long ends a load or a call. Milliseconds; ten times as long on a software adapter. */
  stallMs: number;
}

/** Of the empty think block, where the tokenizer can't be asked: `<think>`, blank line, `</think>`, blank line. */
const THINK_BLOCK = '<think>\n\n</think>\n\n';
const THINK_BLOCK_TOKENS = 4;

interface Loaded {
  mlc: MlcEngine;
  model: LoadedModel;
  files: ModelFiles;
  tokenizer: MlcTokenizer | null;
  thinkBlockTokens: number | null;
}

export class WebLlmEngine implements LlmEngine {
  readonly name = 'webllm';
  readonly #parts: WebLlmParts;
  #loaded: Loaded | null = null;
  /** After this nothing works in this worker. */
  #dead: EngineError | null = null;
  #stage: Stage = 'load';
  #watch: DeviceWatch | null = null;
  #patience = 1;
  /** The call before, when it was ended early, may still be in prefill. */
  #settled: Promise<void> = Promise.resolve();
  #rejectTrouble: (error: EngineError) => void = () => {};
  #trouble: Promise<never>;

  constructor(parts: Partial<WebLlmParts> = {}) {
    this.#parts = {
      openPackage,
      featureTest: async () => judgeDevice(await readDevice()),
      download: downloadModel,
      watchDevices: () => watchDevices(GPUAdapter),
      stallMs: 180_000,
      ...parts,
    };
    this.#trouble = new Promise<never>((_, reject) => (this.#rejectTrouble = reject));
    this.#trouble.catch(() => {});
  }

  featureTest(): Promise<Capability> {
    return this.#parts.featureTest();
  }

  async load(model: ModelRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal, options: LoadOptions = {}): Promise<LoadedModel> {
    if (this.#dead) throw this.#dead;
    if (model.engine !== 'webllm') throw new EngineError('load-failed', 'This model runs on the CPU engine. Choose it there.');
    throwIfAborted(signal);
    const say = (phase: LoadProgress['phase'], text: string) => onProgress({ phase, bytesDone: 0, bytesTotal: 0, secondsLeft: null, text });
    say('check', 'Looking at the graphics card');
    const capability = await this.featureTest();
    passGates(capability, knownRef(model), options.tryAnyway ?? false);
    this.#patience = capability.facts.softwareAdapter ? 10 : 1;
    await this.unload();

    // Up to here, and through the download, a failure leaves the worker as it was.
    const mlcPackage = await this.#open();
    const files = await this.#parts.download(model, onProgress, signal);
    throwIfAborted(signal);
    try {
      this.#stage = 'load';
      const loaded = await this.#start(mlcPackage, model, files, capability, onProgress, signal);
      this.#stage = 'generate';
      say('ready', 'Ready');
      return loaded;
    } catch (thrown) {
      const error = signal.aborted ? aborted() : toEngineError(thrown, 'load');
      // The package must not be asked to load again where a load failed.
      this.#dead ??= error.fatal
        ? error
        : new EngineError('load-failed', 'The last load did not end well. Start again to load a model.', { cause: error });
      this.#loaded = null;
      throw error;
    }
  }

  async #open(): Promise<MlcPackage> {
    try {
      return await this.#parts.openPackage();
    } catch (cause) {
      const text =
        'The program that runs models on the graphics card could not be fetched. Check the network, reload the page and try again.';
      throw new EngineError('download-failed', text, { cause });
    }
  }

  async #start(
    { MLCEngine }: MlcPackage,
    ref: WebLlmRef,
    files: ModelFiles,
    capability: Capability,
    onProgress: (p: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    if (!this.#watch) {
      this.#watch = this.#parts.watchDevices();
      this.#watch.onTrouble = (trouble) => this.#onTrouble(trouble);
    }
    const { record } = recordOf(ref);
    const { contextSize, overrides } = contextOf(files.config, capability);
    const bytes = files.shards.reduce((sum, shard) => sum + shard.bytes, 0);

    let sign = () => {};
    const mlc = new MLCEngine({
      appConfig: { model_list: [{ ...record, overrides }], cacheBackend: 'cache' },
      initProgressCallback: (report) => {
        sign();
        onProgress(readProgress(report, bytes));
      },
      logLevel: 'SILENT',
    });
    await this.#guarded(signal, (alive) => {
      sign = alive;
      return mlc.reload(record.model_id);
    });
    // A load that was broken off may resolve as if it had worked.
    throwIfAborted(signal);

    const tokenizer = tokenizerOf(mlc, record.model_id);
    const loaded: Loaded = { mlc, files, tokenizer, thinkBlockTokens: thinkBlockTokens(ref, tokenizer), model: null as never };
    this.#loaded = loaded;
    onProgress({ phase: 'selftest', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: 'Asking the model a first question' });
    const speed = await this.#guarded(signal, () => selfTest((request) => this.#call(request, signal)));
    throwIfAborted(signal);
    loaded.model = {
      ref,
      title: knownRef(ref)?.title ?? nameOf(ref.id),
      contextSize,
      ...speed,
      runsOn: capability.facts.adapter ?? 'WebGPU',
    };
    return loaded.model;
  }

  /** Ends a step of the load on abort, on trouble with the card, and when there was no sign of life for too long. */
  async #guarded<T>(signal: AbortSignal, step: (alive: () => void) => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort = () => {};
    let alive = () => {};
    const ended = new Promise<never>((_, reject) => {
      onAbort = () => reject(aborted());
      const overdue = () =>
        reject(
          new EngineError('load-timeout', 'The graphics card did not get the model ready in time. Start again, or choose a smaller model.'),
        );
      alive = () => {
        clearTimeout(timer);
        timer = setTimeout(overdue, this.#parts.stallMs * this.#patience);
      };
    });
    signal.addEventListener('abort', onAbort);
    alive();
    try {
      return await Promise.race([step(() => alive()), ended, this.#trouble]);
    } finally {
      alive = () => {};
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async generate(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    if (this.#dead) throw this.#dead;
    if (!this.#loaded) throw new EngineError('not-loaded', 'No model is loaded. Load one, then go on.');
    throwIfAborted(signal);
    return this.#call(request, signal);
  }

  async #call(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    const { mlc, files, thinkBlockTokens } = this.#loaded!;
    const before = this.#settled;
    let done = () => {};
    this.#settled = new Promise((resolve) => (done = resolve));
    try {
      await this.#waitFor(before);
      throwIfAborted(signal);
    } catch (thrown) {
      done();
      throw thrown;
    }
    const { result, settled } = generate(request, signal, {
      mlc,
      config: files.config,
      thinkBlockTokens,
      trouble: this.#trouble,
      stallMs: this.#parts.stallMs * this.#patience,
    });
    void settled.then(done);
    try {
      return await result;
    } catch (thrown) {
      const error = toEngineError(thrown, 'generate');
      if (error.fatal) this.#dead ??= error;
      throw error;
    }
  }

  /** A call that was ended early leaves the card at work until its step is done. */
  async #waitFor(before: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#dead ??= new EngineError(
          'device-lost',
          'The graphics card has not answered for a long time. What was done is kept. Load the model again to go on.',
        );
        reject(this.#dead);
      }, this.#parts.stallMs * this.#patience);
    });
    try {
      await Promise.race([before, late, this.#trouble]);
    } finally {
      clearTimeout(timer);
    }
  }

  #onTrouble(trouble: DeviceTrouble): void {
    this.#dead ??= troubleError(trouble, this.#stage);
    this.#rejectTrouble(this.#dead);
  }

  /** As the loaded model counts; a close estimate when none is loaded, or when the package hides its tokenizer. */
  countTokens(text: string): number {
    return this.#loaded?.tokenizer?.encode(text).length ?? estimateTokens(text);
  }

  async unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    if (!loaded) return;
    this.#watch?.expectLoss();
    if (this.#dead) return;
    await this.#waitFor(this.#settled);
    await loaded.mlc.unload().catch((thrown) => {
      throw toEngineError(thrown, 'generate');
    });
  }
}

export const createWebLlmEngine = (parts?: Partial<WebLlmParts>): WebLlmEngine => new WebLlmEngine(parts);

/** The package turns the block on for any model; only one that knows its tags may get it. */
function thinkBlockTokens(ref: WebLlmRef, tokenizer: MlcTokenizer | null): number | null {
  if (tokenizer) return tokenizer.encode('<think>').length === 1 ? tokenizer.encode(THINK_BLOCK).length : null;
  return /qwen3/i.test(ref.id) ? THINK_BLOCK_TOKENS : null;
}
