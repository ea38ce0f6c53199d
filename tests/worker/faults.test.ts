/** What goes wrong with the engine, the store and the model's loading. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engines/errors.ts';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import { callTimeout } from '../../src/worker/llm.ts';
import { freshStorage } from '../store/fresh.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { MODEL, ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun } from './tab.ts';

beforeEach(freshStorage);

const failing = (error: Error, ...at: number[]) => new ScriptedEngine((_request, call) => (at.includes(call) ? error : `reply ${call}`));

describe('a call that fails', () => {
  it('is tried once more when the fault may pass', async () => {
    const tab = await openTab({ engine: failing(new EngineError('generation-failed', 'It stumbled.'), 1) });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('done');
    expect(tab.engine.requests).toHaveLength(5);
  });

  it('twice interrupts the run, which goes on later at that call', async () => {
    const locks = new FakeLocks();
    const tab = await openTab({ locks, engine: failing(new EngineError('generation-failed', 'It stumbled.'), 1, 2) });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('interrupted');
    expect(await tab.record(run)).toMatchObject({ status: 'interrupted', error: 'It stumbled.' });
    expect(tab.heard.at(-1)!.fatal).toBeUndefined();
    await tab.api.resume(run);
    await tab.until(run, 'done');
    expect((await tab.record(run))!.error).toBeUndefined();
    expect(tab.engine.requests).toHaveLength(6);
  });

  it('because the device is gone interrupts the run with the sentence, asks no more, and says that a new worker is needed', async () => {
    const tab = await openTab({ engine: failing(new EngineError('device-lost', 'The graphics card was lost.'), 2) });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('interrupted');
    expect(tab.heard.at(-1)).toEqual({ run, status: 'interrupted', message: 'The graphics card was lost.', fatal: true });
    expect(tab.engine.requests).toHaveLength(3);
    expect((await tab.events(run)).filter((event) => event.type === 'call')).toHaveLength(2);
  });

  it('because it does not fit the context is a refused reply, stored like any other', async () => {
    const tab = await openTab({ engine: failing(new EngineError('context-full', 'Too long.'), 1) });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('done');
    const calls = (await tab.events(run)).filter((event) => event.type === 'call');
    expect(calls.map((event) => event.finish)).toEqual(['stop', 'refused', 'stop', 'stop']);
    expect(tab.engine.requests).toHaveLength(4);
  });

  it('by its time limit keeps the text so far, and that is stored too', async () => {
    const engine = new ScriptedEngine((_request, call) => (call === 1 ? { text: 'so f', finish: 'timeout' } : 'reply'));
    const tab = await openTab({ engine });
    const run = await startRun(tab);
    await tab.ended(run);
    expect((await tab.events(run)).filter((event) => event.type === 'call')[1]!.finish).toBe('timeout');
  });
});

describe('the time limit of a call', () => {
  it('is three times what the measured speed makes likely and half a minute, at least one minute', () => {
    expect(callTimeout(100, 96, { prefillPerSecond: 20, decodePerSecond: 15 })).toBe(Math.round(3_000 * (5 + 6.4) + 30_000));
    expect(callTimeout(100, 96, { prefillPerSecond: 1000, decodePerSecond: 60 })).toBe(60_000);
    expect(Number.isFinite(callTimeout(100, 96, { prefillPerSecond: 0, decodePerSecond: 0 }))).toBe(true);
  });
  it('is given to the engine', async () => {
    const tab = await openTab();
    await tab.ended(await startRun(tab));
    expect(tab.engine.requests[0]!.timeoutMs).toBe(60_000);
  });
});

describe('a full disk', () => {
  it('interrupts the run with a sentence, and the run goes on when there is room', async () => {
    const real = connectStore();
    let full = false;
    const connection: Connection = {
      use: (work) => real.use(full ? () => Promise.reject(new DOMException('', 'QuotaExceededError')) : work),
      close: () => real.close(),
    };
    const engine = new ScriptedEngine((_request, call) => {
      if (call === 2) full = true;
      return `reply ${call}`;
    });
    const tab = await openTab({ connection, engine });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('interrupted');
    expect(tab.heard.at(-1)!.message).toMatch(/Remove a model or old runs/);
    full = false;
    await tab.api.resume(run);
    await tab.until(run, 'done');
    expect((await tab.events(run)).filter((event) => event.type === 'call')).toHaveLength(4);
  });

  it('refuses a start with the same sentence', async () => {
    const real = connectStore();
    const connection: Connection = {
      use: () => real.use(() => Promise.reject(new DOMException('', 'QuotaExceededError'))),
      close: () => real.close(),
    };
    const tab = await openTab({ connection });
    await expect(tab.api.start(request())).rejects.toMatchObject({ name: 'storage-full' });
  });
});

describe('a model', () => {
  it('is loaded once, and not again when it is the same', async () => {
    const tab = await openTab();
    await tab.api.load({ ...MODEL, bytes: 5 } as typeof MODEL, () => {});
    expect(tab.engine.loads).toBe(1);
    expect(await tab.api.model()).toMatchObject({ state: 'ready', model: { title: 'Scripted' } });
  });

  it('is not changed or taken away under a run', async () => {
    const tab = await openTab({ engine: new ScriptedEngine(() => new Promise<string>(() => {})) });
    const run = await startRun(tab);
    await tab.until(run, 'running');
    const other = { engine: 'wllama', id: 'other', url: 'https://example.org/other.gguf' } as const;
    await expect(tab.api.load(other, () => {})).rejects.toMatchObject({ name: 'busy' });
    await expect(tab.api.unload()).rejects.toMatchObject({ name: 'busy' });
    await expect(tab.api.remove(MODEL)).rejects.toMatchObject({ name: 'busy' });
  });

  it('that cannot be loaded keeps its code and sentence', async () => {
    const tab = await openTab();
    await tab.api.unload();
    tab.engine.loadError = new EngineError('no-space', 'It needs 5 GB.');
    await expect(tab.api.load(MODEL, () => {})).rejects.toMatchObject({ name: 'no-space' });
    expect(await tab.api.model()).toMatchObject({ state: 'failed', code: 'no-space', message: 'It needs 5 GB.' });
    tab.engine.loadError = new TypeError('x is not a function');
    await expect(tab.api.load(MODEL, () => {})).rejects.toMatchObject({ name: 'load-failed', message: expect.stringMatching(/try again/) });
  });

  it('whose loading is cancelled says so, and that what was downloaded is kept', async () => {
    const tab = await openTab();
    await tab.api.unload();
    tab.engine.holdLoad = true;
    const loading = tab.api.load(MODEL, () => {});
    while (tab.engine.loads < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await expect(tab.api.load({ engine: 'wllama', id: 'other', url: 'https://example.org/other.gguf' }, () => {})).rejects.toMatchObject({
      name: 'busy',
    });
    await tab.api.cancelLoad();
    await expect(loading).rejects.toMatchObject({ name: 'aborted', message: expect.stringContaining('kept') });
  });

  it('of another name is not used to go on with a run', async () => {
    const tab = await openTab({ engine: failing(new EngineError('device-lost', 'Gone.'), 1) });
    const run = await startRun(tab);
    await tab.ended(run);
    await tab.api.load({ engine: 'wllama', id: 'other', url: 'https://example.org/other.gguf' }, () => {});
    await expect(tab.api.resume(run)).rejects.toMatchObject({ name: 'other-model', message: expect.stringMatching(/Scripted/) });
  });
});
