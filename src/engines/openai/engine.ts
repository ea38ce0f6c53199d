/** A server that speaks OpenAI's interface (llama.cpp, Ollama, LM Studio, vLLM, TGI) behind the common contract. */
import { estimateTokens } from '../../promptwizard/tokens.ts';
import type {
  Capability,
  GenRequest,
  GenResult,
  LlmEngine,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  ModelRef,
  ServerListing,
} from '../engine.ts';
import { EngineError } from '../errors.ts';
import { apiBase, mayBeAsked } from './address.ts';
import type { Optional } from './body.ts';
import { complete } from './complete.ts';
import { LONGEST_WAIT, type Server } from './send.ts';
import { selfTest } from './selfTest.ts';
import { listServed, servedModel, type ServedModel } from './served.ts';

export interface OpenAiOptions {
  key?: string;
  fetch?: typeof fetch;
  /** Before a busy server is asked again, ms; doubled each time, unless it says how long. */
  firstWait?: number;
}

interface Loaded {
  server: Server;
  model: ServedModel;
  rejected: Set<Optional>;
}

export class OpenAiEngine implements LlmEngine {
  readonly name = 'openai';
  readonly graceMs = LONGEST_WAIT;
  #loaded: Loaded | null = null;

  constructor(private readonly options: OpenAiOptions = {}) {}

  featureTest(): Promise<Capability> {
    return Promise.resolve({
      engine: 'openai',
      ok: true,
      why: 'A server of your own can answer: llama.cpp, Ollama, LM Studio, vLLM and others.',
      facts: {},
    });
  }

  /** What the server at this address has. @throws EngineError */
  async list(address: string, key: string | undefined, signal: AbortSignal): Promise<ServerListing> {
    const server = this.server(address, key);
    try {
      return await listServed(server, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      const message = `The server at ${server.base} did not list its models in time. See whether it is busy, then try again.`;
      throw new EngineError('offline', message, { cause: error });
    }
  }

  private server(address: string, key = this.options.key): Server {
    const { fetch: ask = globalThis.fetch.bind(globalThis), firstWait = 1000 } = this.options;
    const base = apiBase(address);
    mayBeAsked(base);
    return { base, ...(key ? { key } : {}), fetch: ask, firstWait };
  }

  async load(ref: ModelRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal, options?: LoadOptions): Promise<LoadedModel> {
    if (ref.engine !== 'openai') throw new EngineError('load-failed', 'This model is for another engine.');
    await this.unload();
    const tell = (phase: LoadProgress['phase'], text: string) =>
      onProgress({ phase, bytesDone: 0, bytesTotal: 0, secondsLeft: null, text });
    const server = this.server(ref.url, options?.key);
    try {
      tell('connect', 'Asking the server for its models');
      const model = await servedModel(server, ref, signal);
      this.#loaded = { server, model, rejected: new Set() };
      tell('selftest', 'Trying the model out');
      const speed = await selfTest(server.base, (request, s) => this.generate(request, s), signal);
      tell('ready', 'Ready');
      const title = ref.title ?? withoutFolders(model.name);
      const { contextSize, parallel } = model;
      return { ref, title, contextSize, ...speed, runsOn: new URL(server.base).host, ...(parallel > 1 ? { parallel } : {}) };
    } catch (error) {
      this.#loaded = null;
      if (signal.aborted) throw new EngineError('aborted', 'Connecting to the server was stopped.', { cause: error });
      throw error;
    }
  }

  /** Calls may run side by side: the server has its own queue. */
  generate(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    if (signal.aborted) return Promise.reject(new EngineError('aborted', 'Stopped before the call began.'));
    if (!this.#loaded) return Promise.reject(new EngineError('not-loaded', 'No model is loaded. Load one, then go on.'));
    const { server, model, rejected } = this.#loaded;
    return complete(server, model, rejected, request, signal);
  }

  /** An estimate: the interface has no call for it. */
  countTokens(text: string): number {
    return estimateTokens(text);
  }

  unload(): Promise<void> {
    this.#loaded = null;
    return Promise.resolve();
  }
}

/** llama.cpp names a model by the path of its file. */
const withoutFolders = (name: string): string =>
  name
    .split('/')
    .at(-1)!
    .replace(/\.gguf$/i, '');

export const createOpenAiEngine = (options?: OpenAiOptions): OpenAiEngine => new OpenAiEngine(options);
