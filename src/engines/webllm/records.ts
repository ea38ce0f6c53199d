/** Where the package's Qwen3 models are, without its six megabytes. A test holds this table against the installed package. */
import type { ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { nameOf } from '../modelId.ts';
import { cacheableLibraryUrl, cleanModelUrl } from './addresses.ts';

/** A record as the package takes it in `appConfig.model_list`. */
export interface ModelRecord {
  /** Base address of the weights, as the package cleans it: ends in a slash. */
  model: string;
  model_id: string;
  /** The key under which the library lies in the cache; not always the address it is fetched from. */
  model_lib: string;
  overrides?: { context_window_size?: number };
}

export interface KnownModel {
  id: string;
  title: string;
  /** Of the download, about: tensor manifests on the hub, plus tokenizer and library. The downloader counts the true ones. */
  bytes: number;
  /** The package's own figure: GPU memory with a context of 4096 tokens, bytes. */
  gpuBytes: number;
  /** Of the largest tensor (token embeddings, 4 bits a weight), which must fit one storage buffer binding. */
  largestTensor: number;
  needsF16: boolean;
}

/** Made together with the package: other versions of the libraries do not load. */
export const LIBRARY_PREFIX = 'https://raw.githubusercontent.com/mlc-ai/binary-mlc-llm-libs/main/web-llm-models/v0_2_86/base/';
export const WEIGHTS_PREFIX = 'https://huggingface.co/mlc-ai/';

const MB = 1_000_000;
const MiB = 2 ** 20;
const VOCABULARY = 151_936;

const known = (id: string, title: string, megabytes: number, gpuMiB: number, width: number): KnownModel => ({
  id,
  title,
  bytes: megabytes * MB,
  gpuBytes: Math.round(gpuMiB * MiB),
  largestTensor: (VOCABULARY * width) / 2,
  needsF16: id.includes('f16'),
});

/** Largest first; of two equal ones, the half-precision one first. */
export const KNOWN_MODELS: readonly KnownModel[] = [
  known('Qwen3-8B-q4f16_1-MLC', 'Qwen3 8B', 4_630, 5695.78, 4096),
  known('Qwen3-8B-q4f32_1-MLC', 'Qwen3 8B, 32-bit', 5_140, 6852.55, 4096),
  known('Qwen3-4B-q4f16_1-MLC', 'Qwen3 4B', 2_285, 3431.59, 2560),
  known('Qwen3-4B-q4f32_1-MLC', 'Qwen3 4B, 32-bit', 2_536, 4327.71, 2560),
  known('Qwen3-1.7B-q4f16_1-MLC', 'Qwen3 1.7B', 990, 2036.66, 2048),
  known('Qwen3-1.7B-q4f32_1-MLC', 'Qwen3 1.7B, 32-bit', 1_097, 2635.44, 2048),
  known('Qwen3-0.6B-q4f16_1-MLC', 'Qwen3 0.6B', 357, 1403.34, 1024),
  known('Qwen3-0.6B-q4f32_1-MLC', 'Qwen3 0.6B, 32-bit', 394, 1924.98, 1024),
];

export type WebLlmRef = Extract<ModelRef, { engine: 'webllm' }>;

export const knownModel = (id: string): KnownModel | undefined => KNOWN_MODELS.find((m) => m.id === id);

/** A mirror's copy under the package's own name is known too, whatever mark its id has. */
export const knownRef = (ref: WebLlmRef): KnownModel | undefined => knownModel('weightsUrl' in ref ? nameOf(ref.id) : ref.id);

/**
 * The record to hand to the package, and the addresses to fetch from.
 * @throws EngineError `bad-address` for a name that is not in the table and has no addresses, and for addresses that cannot work
 */
export function recordOf(ref: WebLlmRef): { record: ModelRecord; weightsUrl: string; libraryUrl: string } {
  if ('weightsUrl' in ref) {
    const model = cleanModelUrl(ref.weightsUrl);
    return {
      record: { model, model_id: ref.id, model_lib: cacheableLibraryUrl(ref.libraryUrl) },
      weightsUrl: ref.weightsUrl,
      libraryUrl: new URL(ref.libraryUrl).href,
    };
  }
  if (!knownModel(ref.id)) {
    throw new EngineError(
      'bad-address',
      `There is no model named ${ref.id}. Choose one from the list, or give the addresses of its weights and its library.`,
    );
  }
  const libraryUrl = `${LIBRARY_PREFIX}${ref.id.replace(/-MLC$/, '')}_cs1k-webgpu.wasm`;
  const weightsUrl = WEIGHTS_PREFIX + ref.id;
  return {
    record: { model: cleanModelUrl(weightsUrl), model_id: ref.id, model_lib: libraryUrl, overrides: { context_window_size: 4096 } },
    weightsUrl,
    libraryUrl,
  };
}
