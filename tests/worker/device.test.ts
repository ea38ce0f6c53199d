import { describe, expect, it } from 'vitest';
import type { LlmEngine } from '../../src/engines/engine.ts';
import { deviceReport } from '../../src/worker/device.ts';
import { servedModels } from '../../src/worker/served.ts';
import { ScriptedEngine } from './doubles/ScriptedEngine.ts';

const answering =
  (body: string, status = 200): typeof fetch =>
  async () =>
    new Response(body, { status });

describe('the models of the page’s own server', () => {
  it('are named beside the page, wherever it lies', async () => {
    let asked = '';
    const get: typeof fetch = async (url) => {
      asked = String(url);
      return new Response(JSON.stringify([{ id: 'smol', title: 'Smol', file: 'smol.gguf', bytes: 98_362_432 }]));
    };
    const found = await servedModels('http://127.0.0.1:8080/sub/index.html', get);
    expect(asked).toBe('http://127.0.0.1:8080/sub/models/index.json');
    expect(found).toMatchObject([
      { title: 'Smol', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8080\/sub\/models\/smol\.gguf#/), bytes: 98_362_432 },
    ]);
  });

  it.each([
    ['the file is missing', answering('not here', 404)],
    ['the server answers with its page', answering('<!doctype html>')],
    ['there is no server', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['the file is something else', answering('{"a":1}')],
  ])('are none when %s', async (_why, get) => {
    expect(await servedModels('http://127.0.0.1:8080/', get as typeof fetch)).toEqual([]);
  });
});

describe('the report on the device', () => {
  const engine = async (): Promise<LlmEngine> => new ScriptedEngine();
  const storage = { estimate: async () => ({ quota: 5e10, usage: 1e6 }), persisted: async () => true };

  it('counts an engine that does not start as one that cannot be used, and goes on with the other', async () => {
    const report = await deviceReport({
      engines: { webllm: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module')), wllama: engine },
      served: async () => [],
      here: async () => false,
      storage,
    });
    expect(report.capabilities).toMatchObject([
      { engine: 'webllm', ok: false, remedy: expect.stringContaining('online') },
      { engine: 'wllama', ok: true },
    ]);
    expect(report).toMatchObject({ quota: 5e10, usage: 1e6, persisted: true });
    expect(report.offers.some((offer) => offer.ref.engine === 'wllama' && offer.fits)).toBe(true);
  });

  it('does not take a served copy for here because the hub’s of the same name is', async () => {
    const id = 'Qwen3-4B-q4f16_1-MLC';
    const copy = { id, title: 'Our copy', url: 'http://127.0.0.1/models/c/', libraryUrl: 'http://127.0.0.1/models/c/l.wasm', bytes: 1 };
    const report = await deviceReport({
      engines: { webllm: engine, wllama: engine },
      served: async () => [copy],
      here: async (ref) => ref.id === id && !('weightsUrl' in ref),
      storage,
    });
    expect(report.offers.filter((offer) => offer.here).map((offer) => offer.title)).toEqual(['Qwen3 4B']);
  });

  it('marks what is on this machine, and does without figures that the browser does not give', async () => {
    const smol = { id: 'smol', title: 'Smol', url: 'http://127.0.0.1/models/smol.gguf', bytes: 1 };
    const report = await deviceReport({
      engines: { webllm: engine, wllama: engine },
      served: async () => [smol],
      here: async (ref) => (ref.id === 'smol' ? true : Promise.reject(new Error('no folder'))),
      storage: { estimate: () => Promise.reject(new Error('no')), persisted: () => Promise.reject(new Error('no')) },
    });
    expect(report.offers.filter((offer) => offer.here).map((offer) => offer.ref.id)).toEqual(['smol']);
    expect(report).toMatchObject({ quota: null, usage: null, persisted: false });
  });
});
