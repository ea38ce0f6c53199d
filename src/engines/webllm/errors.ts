/** The package's errors, told apart by name (it exports only one class), as sentences a person can act on. */
import { EngineError, type EngineErrorCode } from '../errors.ts';
import type { DeviceTrouble } from './adapter.ts';

export type Stage = 'load' | 'generate';

const SMALLER = 'Close other tabs and programs that use the graphics card, then start again, or choose a smaller model.';

const BY_NAME: Record<string, [EngineErrorCode, string]> = {
  ContextWindowSizeExceededError: [
    'context-full',
    'The prompt is longer than this model can read at once. Shorten it, or use fewer examples.',
  ],
  DeviceLostError: [
    'out-of-memory',
    `The graphics card gave up while the model was being loaded, most often because its memory is full. ${SMALLER}`,
  ],
  ShaderF16SupportError: ['no-f16', 'This graphics card can’t compute with half precision. Choose the 32-bit version of the model.'],
  FeatureSupportError: [
    'device-too-small',
    'This graphics card lacks a feature that the model needs. Choose another model, or one that runs on the CPU.',
  ],
  WebGPUNotAvailableError: ['no-webgpu', 'This browser gives no access to the graphics card. Choose a model that runs on the CPU.'],
  WebGPUNotFoundError: ['no-webgpu', 'This browser gives no access to the graphics card. Choose a model that runs on the CPU.'],
  ModelNotLoadedError: ['not-loaded', 'No model is loaded. Load one, then go on.'],
  SpecifiedModelNotFoundError: ['not-loaded', 'No model is loaded. Load one, then go on.'],
  ModelNotFoundError: ['not-a-model', 'The package does not know this model. Choose one from the list.'],
  MissingModelError: ['not-a-model', 'The address of the model library is missing. Give both addresses.'],
  UnsupportedTokenizerFilesError: ['not-a-model', 'The model comes with a tokenizer that can’t be read. Choose another model.'],
  ArtifactManifestError: ['not-a-model', 'The model’s files and its library do not belong together. Check both addresses.'],
  IntegrityError: ['not-a-model', 'A file of the model is not the one that was expected. Remove the model and download it again.'],
  CompileError: ['not-a-model', 'The model library can’t be read. Check its address, or remove the model and download it again.'],
  LinkError: ['not-a-model', 'The model library was made for another version. Use one that was built for WebLLM 0.2.86.'],
  SyntaxError: ['not-a-model', 'A file that describes the model can’t be read. Remove the model and download it again.'],
  GrammarMatcherInitError: [
    'generation-failed',
    'The form of the reply could not be prepared for this model. Start again, or choose another model.',
  ],
  QuotaExceededError: ['no-space', 'The browser has no room left for the model. Free some disk space, or choose a smaller model.'],
  AbortError: ['aborted', 'Stopped.'],
};

const BY_MESSAGE: [RegExp, EngineErrorCode, string][] = [
  [
    /requested max\w+ exceeds limit/i,
    'device-too-small',
    'This graphics card is too small for the model. Choose a smaller one, or one that runs on the CPU.',
  ],
  [/unable to find a compatible gpu/i, 'no-webgpu', 'The browser found no graphics card it may use. Choose a model that runs on the CPU.'],
  [/out of memory|allocation failed|memory access out of bounds/i, 'out-of-memory', `The memory is not enough for this model. ${SMALLER}`],
  [
    /device.{0,20}lost/i,
    'device-lost',
    'The graphics card stopped working for this page. What was done is kept. Load the model again to go on.',
  ],
];

/** Any thrown value (the package throws strings too) as an EngineError; one that is one already comes back unchanged. */
export function toEngineError(thrown: unknown, stage: Stage): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : { name: '', message: String(thrown) };
  const named = BY_NAME[name];
  if (named) return new EngineError(named[0], named[1], { cause: thrown });
  for (const [pattern, code, text] of BY_MESSAGE) if (pattern.test(message)) return new EngineError(code, text, { cause: thrown });
  return stage === 'load'
    ? new EngineError('load-failed', 'The model could not be loaded. Load it again; if that fails too, remove it and download it anew.', {
        cause: thrown,
      })
    : new EngineError('generation-failed', 'The model could not answer. Try again; if it fails again, load the model anew.', {
        cause: thrown,
      });
}

/** What the graphics card did, as an error. All of these end the worker. */
export function troubleError(trouble: DeviceTrouble, stage: Stage): EngineError {
  const cause = new Error(trouble.detail);
  if (trouble.kind === 'memory')
    return new EngineError('out-of-memory', `The memory of the graphics card is full. What was done is kept. ${SMALLER}`, { cause });
  if (stage === 'load') return new EngineError('out-of-memory', BY_NAME['DeviceLostError']![1], { cause });
  return new EngineError(
    'device-lost',
    'The graphics card stopped working for this page. What was done is kept. Load the model again to go on.',
    { cause },
  );
}

export const aborted = (): EngineError => new EngineError('aborted', 'Stopped.');
