/** llama.cpp in WebAssembly behind the common contract: any GGUF on any CPU. Lives in our own worker; the package starts more of its own. */
import type { JsonSchema } from '../../promptwizard/llm.ts';
import { estimateTokens } from '../../promptwizard/tokens.ts';
import { megabytes } from '../disk.ts';
import type { Capability, GenRequest, GenResult, LlmEngine, LoadedModel, LoadProgress, ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { lettersGrammar } from '../letters.ts';
import { nameOf } from '../modelId.ts';
import { threadsFor, wllamaCapability } from './capability.ts';
import { complete } from './complete.ts';
import { controlTokens, type ControlTokens } from './control-tokens.ts';
import type { GgufHeader } from './gguf-header.ts';
import { toGrammar } from './grammar.ts';
import { openModel } from './models.ts';
import { startRuntime, type Runtime } from './runtime.ts';
import { selfTest } from './self-test.ts';
import { createTokenCounter, type TokenCounter } from './token-counter.ts';

const MOST_CONTEXT = 4096;
/** WebAssembly memory ends at 4 GiB; beside the weights it holds the cache of the context and the engine's own buffers. */
const MEMORY = 4 * 2 ** 30;
const OWN_BUFFERS = 384 * 2 ** 20;

interface Loaded {
  file: File;
  header: GgufHeader;
  runtime: Runtime;
  control: ControlTokens;
  countTokens: TokenCounter;
  /** Bytes that llama.cpp has put aside since it was started: see `renew`. */
  putAside: number;
  mayPutAside: number;
}

export class WllamaEngine implements LlmEngine {
  readonly name = 'wllama';
  #loaded: Loaded | null = null;
  /** One call at a time: the package has no queue of its own. */
  #last: Promise<unknown> = Promise.resolve();
  #grammars = new Map<string, string>();
  readonly #mostPutAside: number;

  /** @param mostPutAside bytes that llama.cpp may put aside before it is started anew */
  constructor({ mostPutAside = 2 ** 30 }: { mostPutAside?: number } = {}) {
    this.#mostPutAside = mostPutAside;
  }

  featureTest(): Promise<Capability> {
    return Promise.resolve(wllamaCapability());
  }

  async load(ref: ModelRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal): Promise<LoadedModel> {
    if (ref.engine !== 'wllama') throw new EngineError('load-failed', 'This model is for another engine.');
    await this.unload();
    onProgress({ phase: 'check', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: 'Checking this browser' });
    const capability = wllamaCapability();
    if (!capability.ok) throw new EngineError('load-failed', `${capability.why} ${capability.remedy ?? ''}`.trim());
    const { file, header } = await openModel(ref, onProgress, signal);
    const contextSize = Math.min(MOST_CONTEXT, header.contextLength ?? MOST_CONTEXT);
    const room = MEMORY - OWN_BUFFERS - file.size - contextSize * header.cacheBytesPerToken;
    if (room < 0) {
      throw new EngineError(
        'out-of-memory',
        `This model has ${megabytes(file.size)}, more than fits into the 4 GB that a page may use on the CPU. Choose a smaller model.`,
      );
    }
    const threads = globalThis.crossOriginIsolated ? threadsFor(navigator.hardwareConcurrency || 1) : 1;
    const total = file.size;
    const runtime = await startRuntime({
      file,
      threads,
      contextSize,
      signal,
      onRead: (bytes) =>
        onProgress({ phase: 'upload', bytesDone: bytes, bytesTotal: total, secondsLeft: null, text: 'Bringing the model into memory' }),
    });
    this.#loaded = {
      file,
      header,
      runtime,
      control: controlTokens(header.tokenizer),
      countTokens: createTokenCounter(header.tokenizer),
      putAside: 0,
      mayPutAside: Math.min(this.#mostPutAside, room / 2),
    };
    onProgress({ phase: 'selftest', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: 'Trying the model out' });
    try {
      const speed = await selfTest((request, s) => this.generate(request, s), signal);
      const ready = { phase: 'ready', bytesDone: total, bytesTotal: total, secondsLeft: 0, text: 'Ready' } as const;
      onProgress(ready);
      return {
        ref,
        title: header.name ?? nameOf(ref.id),
        contextSize: runtime.contextSize,
        ...speed,
        runsOn: runtime.threads === 1 ? 'CPU, 1 thread' : `CPU, ${runtime.threads} threads`,
      };
    } catch (error) {
      await this.unload();
      throw error;
    }
  }

  generate(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    const result = this.#last.then(() => this.#generate(request, signal));
    this.#last = result.catch(() => {});
    return result;
  }

  async #generate(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    if (signal.aborted) throw new EngineError('aborted', 'Stopped before the call began.');
    const loaded = this.#loaded;
    if (!loaded) throw new EngineError('not-loaded', 'No model is loaded. Load one, then go on.');
    await this.#renew(loaded, signal);
    try {
      const result = await complete(loaded.runtime, request, this.#grammarFor(request), loaded.control, signal);
      loaded.putAside += (result.tokensIn + result.tokensOut) * loaded.header.cacheBytesPerToken;
      return result;
    } catch (error) {
      if (error instanceof EngineError && error.fatal) await this.unload();
      throw error;
    }
  }

  /**
   * llama.cpp keeps a copy of the computed prompt whenever the next one differs, up to 8 GiB, twice what WebAssembly can
   * hold, and the package has no way to set that. So the runtime is started anew before it comes to that.
   */
  async #renew(loaded: Loaded, signal: AbortSignal): Promise<void> {
    if (loaded.putAside < loaded.mayPutAside) return;
    const { threads, contextSize } = loaded.runtime;
    loaded.runtime.end();
    try {
      loaded.runtime = await startRuntime({ file: loaded.file, threads, contextSize, signal });
    } catch (error) {
      this.#loaded = null;
      throw error;
    }
    loaded.putAside = 0;
  }

  #grammarFor({ schema, letters }: GenRequest): string | undefined {
    if (letters) return lettersGrammar(letters);
    return schema && this.#grammar(schema);
  }

  #grammar(schema: JsonSchema): string {
    const key = JSON.stringify(schema);
    let grammar = this.#grammars.get(key);
    if (grammar === undefined) this.#grammars.set(key, (grammar = toGrammar(schema)));
    return grammar;
  }

  /** Exact for most models in use (see `token-counter.ts`); without a loaded model an estimate. Leaves out the chat template's own tokens. */
  countTokens(text: string): number {
    return this.#loaded ? this.#loaded.countTokens(text) : estimateTokens(text);
  }

  unload(): Promise<void> {
    this.#loaded?.runtime.end();
    this.#loaded = null;
    return Promise.resolve();
  }
}

export const createWllamaEngine = (): LlmEngine => new WllamaEngine();
