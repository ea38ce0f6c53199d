import { describe, expect, it } from 'vitest';
import { errorWords } from '../../src/app/models/errorWords.ts';
import { pillWords, progressWords, startLabel } from '../../src/app/models/modelWords.ts';
import { isGguf } from '../../src/app/models/isGguf.ts';
import { ownOffer } from '../../src/app/models/ownOffer.ts';
import { ggufRef, mlcRef, refTitle, sameRef } from '../../src/app/models/refs.ts';
import type { Capability, ModelRef } from '../../src/engines/engine.ts';
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
      id: expect.stringMatching(/^Tiny-Q4#[0-9a-f]{8}$/),
      title: 'Tiny-Q4',
      url: 'https://mirror.example/m/Tiny-Q4.gguf?download=1',
    });
  });
  it.each(['model.gguf', 'ftp://x/y.gguf', 'https://x/y.bin', 'javascript:alert(1)'])('refuses %s with a sentence', (address) => {
    expect(ggufRef(address)).toHaveProperty('problem');
  });
  it('is a pair of addresses for MLC, the library a .wasm', () => {
    const ref = mlcRef('https://mirror.example/mlc/My-Model-MLC/resolve/main/', 'https://mirror.example/My-Model.wasm');
    expect(ref).toMatchObject({ engine: 'webllm', title: 'My-Model-MLC', libraryUrl: 'https://mirror.example/My-Model.wasm' });
    expect(mlcRef('https://mirror.example/mlc/', 'https://mirror.example/lib.js')).toHaveProperty('problem');
  });
  it('has an id of its own where another lies under the same name', () => {
    const ids = ['https://a.example/model.gguf', 'https://b.example/model.gguf', 'https://a.example/model.gguf?v=2'].map(
      (address) => (ggufRef(address) as { id: string }).id,
    );
    expect(new Set(ids).size).toBe(3);
    expect((ggufRef('https://a.example/model.gguf') as { id: string }).id).toBe(ids[0]);
    const weights = 'https://a.example/m/';
    const [one, two] = ['1', '2'].map((n) => mlcRef(weights, `https://a.example/${n}.wasm`) as { id: string });
    expect(one!.id).not.toBe(two!.id);
  });
  it.each([
    ggufRef('https://a.example/%E0%A4%A.gguf'),
    mlcRef('https://a.example/%zz/', 'https://a.example/l.wasm'),
    mlcRef('https://a.example/m/', 'https://a.example/%.wasm'),
  ])('refuses an address with a broken % with a sentence', (made) => {
    expect(made).toMatchObject({ problem: expect.stringContaining('%') });
  });
  it('is called by its title, else by its id without the mark', () => {
    expect(refTitle(ggufRef('https://a.example/My%20Model.GGUF') as ModelRef)).toBe('My Model');
    expect(refTitle({ engine: 'wllama', id: 'tiny#0a1b2c3d', file: 'f' })).toBe('tiny');
  });
  it('is told from a table by its first four letters, whatever its name', async () => {
    expect(await isGguf(new Blob(['GGUF\u0003']))).toBe(true);
    expect(await isGguf(new Blob(['question,answer\nGGUF,1']))).toBe(false);
    expect(await isGguf(new Blob(['GG']))).toBe(false);
  });
  it('is a line like the others, and says when its engine cannot run here or only a part of it is', () => {
    const model = { ref: ggufRef('https://a.example/m.gguf') as ModelRef, title: 'm', bytes: 5, here: true };
    const cpu = (ok: boolean): Capability => ({ engine: 'wllama', ok, why: 'No WebAssembly.', facts: {} });
    expect(ownOffer(model)).toMatchObject({ fits: true, why: '', here: true, about: 'From a.example, as you asked.' });
    expect(ownOffer(model, [cpu(true)])).toMatchObject({ fits: true, why: '' });
    expect(ownOffer(model, [cpu(false)])).toMatchObject({ fits: false, why: 'No WebAssembly.' });
    expect(ownOffer({ ...model, here: false }, [cpu(true)]).why).toContain('Only a part');
    expect(startLabel(ownOffer({ ...model, bytes: 0, here: false }), false)).toBe('Get m (size unknown) and optimize');
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
