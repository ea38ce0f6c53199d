import { describe, expect, it } from 'vitest';
import { errorWords } from '../../src/app/models/errorWords.ts';
import { pillWords, progressWords, startLabel } from '../../src/app/models/modelWords.ts';
import { ggufRef, mlcRef, sameRef } from '../../src/app/models/refs.ts';
import type { ModelOffer } from '../../src/worker/protocol.ts';

const offer = (over: Partial<ModelOffer> = {}): ModelOffer => ({
  ref: { engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' },
  title: 'Qwen3-4B',
  bytes: 2_280_000_000,
  license: 'Apache-2.0',
  about: 'About.',
  fits: true,
  why: 'Fits.',
  here: false,
  recommended: true,
  mayTryAnyway: false,
  ...over,
});

describe('the start button', () => {
  it('names the download and its size before it is made', () => {
    expect(startLabel(offer(), false)).toBe('Get Qwen3-4B (2.3 GB, once) and optimize');
  });
  it('promises no download where there is none', () => {
    expect(startLabel(offer({ here: true }), false)).toBe('Load Qwen3-4B and optimize');
    expect(startLabel(offer(), true)).toBe('Optimize');
  });
});

describe('loading in words', () => {
  it('says the phase, the bytes and the time left', () => {
    expect(progressWords({ phase: 'download', bytesDone: 600e6, bytesTotal: 2.28e9, secondsLeft: 240, text: '' })).toBe(
      'Downloading · 600 MB of 2.3 GB · 4 min left',
    );
    expect(progressWords({ phase: 'shaders', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: '' })).toBe(
      'Preparing the graphics card',
    );
  });
  it('shows in the pill what is loaded, loading or missing', () => {
    expect(pillWords({ worker: 'none', model: { state: 'none' }, message: null }, offer())).toBe('Qwen3-4B · not loaded');
    expect(pillWords({ worker: 'restarting', model: { state: 'none' }, message: null }, offer())).toBe('Restarting the engine');
  });
  it('takes a cancelled load calmly, and any other error with its own sentence', () => {
    expect(errorWords(Object.assign(new Error('x'), { name: 'aborted' }))).toMatchObject({ calm: true, title: 'Cancelled' });
    expect(errorWords(Object.assign(new Error('Free 1 GB.'), { name: 'no-space' }))).toMatchObject({ calm: false, message: 'Free 1 GB.' });
    expect(errorWords('odd').message).toBe('odd');
  });
});

describe('a model of one’s own', () => {
  it('is a GGUF by its whole address', () => {
    expect(ggufRef(' https://mirror.example/m/Tiny-Q4.gguf?download=1 ')).toEqual({
      engine: 'wllama',
      id: 'Tiny-Q4',
      url: 'https://mirror.example/m/Tiny-Q4.gguf?download=1',
    });
  });
  it.each(['model.gguf', 'ftp://x/y.gguf', 'https://x/y.bin', 'javascript:alert(1)'])('refuses %s with a sentence', (address) => {
    expect(ggufRef(address)).toHaveProperty('problem');
  });
  it('is a pair of addresses for MLC, the library a .wasm', () => {
    const ref = mlcRef('https://mirror.example/mlc/My-Model-MLC/resolve/main/', 'https://mirror.example/My-Model.wasm');
    expect(ref).toMatchObject({ engine: 'webllm', id: 'My-Model-MLC', libraryUrl: 'https://mirror.example/My-Model.wasm' });
    expect(mlcRef('https://mirror.example/mlc/', 'https://mirror.example/lib.js')).toHaveProperty('problem');
  });
  it('is told apart from another by its place', () => {
    const a = { engine: 'wllama', id: 'm', url: 'https://a/m.gguf' } as const;
    expect(sameRef(a, { ...a, bytes: 5 })).toBe(true);
    expect(sameRef(a, { ...a, url: 'https://b/m.gguf' })).toBe(false);
    expect(sameRef(a, { engine: 'wllama', id: 'm', file: 'm.gguf' })).toBe(false);
    expect(
      sameRef({ engine: 'webllm', id: 'm' }, { engine: 'webllm', id: 'm', weightsUrl: 'https://a/', libraryUrl: 'https://a/l.wasm' }),
    ).toBe(false);
  });
});
