/** The one contract behind which every engine stands: WebLLM on WebGPU, wllama on the CPU, a server that speaks OpenAI's interface. */
import type { ChatMessage } from '../promptwizard/types.ts';
import type { JsonSchema, Letters } from '../promptwizard/llm.ts';

export type EngineName = 'webllm' | 'wllama' | 'openai';

/**
 * Where a model's files are. Plain data, stored with the run, so that a reload can load it again. `id` is another one for
 * other files (see `modelId.ts`); `title` is what a person reads, for a file's own name is often a training log.
 */
export type ModelRef = { title?: string } & (KnownRef | MlcRef | GgufRef | FileRef | ServerRef);

/** A record of the WebLLM package, by its `model_id`. */
type KnownRef = { engine: 'webllm'; id: string };
/** MLC weights and model library by address: a mirror, or one's own. Both absolute URLs. */
type MlcRef = { engine: 'webllm'; id: string; weightsUrl: string; libraryUrl: string };
/** A GGUF by absolute address: a hub, a mirror, or this server's `models/` folder. */
type GgufRef = { engine: 'wllama'; id: string; url: string; bytes?: number };
/** A GGUF the person dropped in, kept in the origin's private file system under `file`. */
type FileRef = { engine: 'wllama'; id: string; file: string; bytes?: number };
/**
 * A model of a server by the server's absolute address; never with a key. `model` as the server names it; without it the
 * first that it lists. `parallel` (calls at once) and `contextSize` (tokens): as the person says, where the server does not.
 */
export type ServerRef = { engine: 'openai'; id: string; url: string; model?: string; parallel?: number; contextSize?: number };

export interface Capability {
  engine: EngineName;
  ok: boolean;
  /** One sentence: what this engine can do here, or why not. */
  why: string;
  /** What would help, when something would. */
  remedy?: string;
  /** Not ok by a gate that only warns: `LoadOptions.tryAnyway` passes it. */
  mayTryAnyway?: boolean;
  /** Facts for the page and for choosing a model. Bytes. */
  facts: {
    shaderF16?: boolean;
    softwareAdapter?: boolean;
    maxBufferSize?: number;
    maxStorageBufferBindingSize?: number;
    threads?: number;
    crossOriginIsolated?: boolean;
    adapter?: string;
    /** As far as the browser tells; rounded by it. GiB. */
    memoryGiB?: number;
    /** iPhone and iPad end pages that use more than a small part of the memory. */
    ios?: boolean;
  };
}

/** `connect`: a server is asked for its models. */
export type LoadPhase = 'check' | 'connect' | 'download' | 'verify' | 'upload' | 'shaders' | 'selftest' | 'ready';

export interface LoadProgress {
  phase: LoadPhase;
  /** Of this phase, bytes; 0 when unknown. */
  bytesDone: number;
  bytesTotal: number;
  /** Of this phase, estimated; null when unknown. */
  secondsLeft: number | null;
  text: string;
}

/** What is loaded, measured by the self-test. */
export interface LoadedModel {
  ref: ModelRef;
  title: string;
  /** Tokens, prompt and reply together. */
  contextSize: number;
  /** Tokens a second. */
  prefillPerSecond: number;
  decodePerSecond: number;
  /** Threads, or the adapter's name: what really runs. */
  runsOn: string;
  /** Calls that it takes side by side; one where absent. */
  parallel?: number;
}

export interface GenRequest {
  messages: ChatMessage[];
  /** The reply must be JSON of this schema. Guided by grammar; the caller still reads it with care. */
  schema?: JsonSchema;
  /** The reply must be these letters. Never together with `schema`. Drawn at temperature 1, whatever `temperature` says. */
  letters?: Letters;
  maxTokens: number;
  temperature: number;
  seed: number;
  /** Milliseconds until the call ends with finish `timeout`, keeping the text so far. */
  timeoutMs?: number;
  onToken?: (tokensSoFar: number) => void;
}

export interface GenResult {
  text: string;
  /** `abort` resolves too, with the text so far, when `signal` fired after the start. */
  finish: 'stop' | 'length' | 'timeout' | 'abort';
  tokensIn: number;
  tokensOut: number;
  /** Prompt tokens that the engine did not have to compute again. */
  tokensReused: number;
  ms: number;
  /** Tokens a second; null when nothing was measured. */
  prefillPerSecond: number | null;
  decodePerSecond: number | null;
  /** For `letters`, where the engine tells: by position, the chance of each letter; each position sums to 1. */
  probabilities?: number[][];
}

/** What a server says of itself before one of its models is chosen. */
export interface ServerListing {
  /** Where its interface begins, as `ServerRef.url` wants it. */
  url: string;
  /** A name for a person: `llama.cpp`, `Ollama`, `vLLM`; null when it is not known. */
  software: string | null;
  models: {
    /** As the server names it. */
    name: string;
    /** Tokens, prompt and reply together; null when it does not say. */
    contextSize: number | null;
  }[];
  /** Calls that it takes side by side; null when it does not say. */
  parallel: number | null;
}

export interface LlmEngine {
  readonly name: EngineName;
  /** Milliseconds that a call may take past its own time limit before the engine counts as hung: a busy server is waited for. */
  readonly graceMs?: number;
  featureTest(): Promise<Capability>;
  /** Resolves after the self-test. Rejects with EngineError. A worker in which a load failed must be ended. */
  load(model: ModelRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal, options?: LoadOptions): Promise<LoadedModel>;
  generate(request: GenRequest, signal: AbortSignal): Promise<GenResult>;
  countTokens(text: string): number;
  unload(): Promise<void>;
}

export interface LoadOptions {
  /** Load on a software adapter, or past a gate that only warns. */
  tryAnyway?: boolean;
  /** Of a server. Held in memory only: it is never stored with a run or a model. */
  key?: string;
}
