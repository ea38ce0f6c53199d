import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/engines/errors.ts';
import { toEngineError, troubleError } from '../../../src/engines/webllm/errors.ts';

const named = (name: string, message = 'inner words') => Object.assign(new Error(message), { name });

describe('an error of the package', () => {
  it.each([
    ['ContextWindowSizeExceededError', 'context-full'],
    ['DeviceLostError', 'out-of-memory'],
    ['ShaderF16SupportError', 'no-f16'],
    ['FeatureSupportError', 'device-too-small'],
    ['WebGPUNotAvailableError', 'no-webgpu'],
    ['ModelNotLoadedError', 'not-loaded'],
    ['UnsupportedTokenizerFilesError', 'not-a-model'],
    ['IntegrityError', 'not-a-model'],
    ['CompileError', 'not-a-model'],
    ['LinkError', 'not-a-model'],
    ['GrammarMatcherInitError', 'generation-failed'],
    ['QuotaExceededError', 'no-space'],
    ['AbortError', 'aborted'],
  ])('named %s becomes %s, in our words, with the cause kept', (name, code) => {
    const cause = named(name);
    const error = toEngineError(cause, 'generate');
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ name: code, cause });
    expect(error.message).not.toContain('inner words');
  });

  it.each([
    ['Cannot initialize runtime because of requested maxBufferSize exceeds limit. requested=256MB', 'device-too-small'],
    ['Unable to find a compatible GPU. This issue might be', 'no-webgpu'],
    ['Array buffer allocation failed', 'out-of-memory'],
    ['Device was lost. This can happen', 'device-lost'],
  ])('without a name of its own is told by its words: %s', (message, code) => {
    expect(toEngineError(new Error(message), 'load').name).toBe(code);
  });

  it('that nobody knows is told by the stage, strings too', () => {
    expect(toEngineError('Engine.unload() is called.', 'load')).toMatchObject({ name: 'load-failed', fatal: true });
    expect(toEngineError(new Error('?'), 'generate')).toMatchObject({ name: 'generation-failed', fatal: false });
  });

  it('that is ours already stays as it is', () => {
    const error = new EngineError('no-space', 'x');
    expect(toEngineError(error, 'load')).toBe(error);
  });
});

describe('trouble with the graphics card', () => {
  it('is want of memory during the load, and a lost device after it; fatal both times', () => {
    expect(troubleError({ kind: 'lost', detail: '' }, 'load')).toMatchObject({ name: 'out-of-memory', fatal: true });
    expect(troubleError({ kind: 'lost', detail: '' }, 'generate')).toMatchObject({ name: 'device-lost', fatal: true });
    expect(troubleError({ kind: 'error', detail: '' }, 'generate')).toMatchObject({ name: 'device-lost', fatal: true });
    expect(troubleError({ kind: 'memory', detail: '' }, 'generate')).toMatchObject({ name: 'out-of-memory', fatal: true });
  });
});
