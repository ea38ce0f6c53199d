/** What goes wrong with the engine, the store and the model's loading. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engines/errors.ts';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import { deleteRun } from '../../src/store/runs.ts';
import { callTimeout } from '../../src/worker/llm.ts';
import { freshStorage } from '../store/fresh.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { MODEL, ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun, type Tab } from './tab.ts';

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

describe.each([
  ['cut by the clock', { text: 'so f', finish: 'timeout' } as const],
  ['refused', new EngineError('context-full', 'Too long.')],
])('a reply that was %s', (_how, reply) => {
  const settings = { ...request().settings, seed: 5 };
  const bad = (...others: number[]) =>
    new ScriptedEngine((_request, call) => (call === 1 || others.includes(call) ? reply : `reply ${call}`));
  const finishes = async (tab: Tab, run: string) =>
    (await tab.events(run)).flatMap((event) => (event.type === 'call' ? [event.finish] : []));

  it('is heard again by the run that heard it, when that is taken up again', async () => {
    const locks = new FakeLocks();
    const first = await openTab({
      locks,
      engine: new ScriptedEngine((_r, call) => (call === 2 ? new Promise(() => {}) : call === 1 ? reply : 'x')),
    });
    const run = await startRun(first, { settings });
    while (first.engine.requests.length <= 2) await new Promise((resolve) => setTimeout(resolve, 1));
    const before = await first.events(run);
    first.die();
    // Meanwhile another run got a good reply to the same request.
    const other = await openTab({ locks });
    await other.ended(await startRun(other, { settings, anew: true }));
    const second = await openTab({ locks });
    await second.api.resume(run);
    expect(await second.ended(run)).toBe('done');
    expect((await second.events(run)).slice(0, before.length)).toEqual(before);
    expect((await finishes(second, run))[1]).not.toBe('stop');
    expect(second.engine.requests).toHaveLength(0);
  });

  it('is asked for again by another run, and the good one is kept for all', async () => {
    const tab = await openTab({ engine: bad() });
    const first = await startRun(tab, { settings });
    await tab.ended(first);
    const second = await startRun(tab, { settings, anew: true });
    await tab.ended(second);
    expect((await finishes(tab, first))[1]).not.toBe('stop');
    expect(await finishes(tab, second)).toEqual(['stop', 'stop', 'stop', 'stop']);
    expect(tab.engine.requests).toHaveLength(5);
    await tab.ended(await startRun(tab, { settings, anew: true }));
    expect(tab.engine.requests).toHaveLength(5);
  });

  it('goes with its run when that is deleted', async () => {
    const tab = await openTab({ engine: bad() });
    const run = await startRun(tab, { settings });
    await tab.ended(run);
    await tab.connection.use((store) => deleteRun(store, run));
    expect(await tab.connection.use((store) => store.count('calls'))).toBe(0);
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

  it('is called as its reference says, in a worker that never looked at the catalogue too', async () => {
    const tab = await openTab();
    const loaded = await tab.api.load({ engine: 'wllama', id: 'other', url: 'https://example.org/o.gguf', title: 'Other' }, () => {});
    expect(loaded.title).toBe('Other');
    expect((await tab.record(await startRun(tab)))!.input.model.title).toBe('Other');
  });

  it('of the same name but another file shares no reply and no run', async () => {
    const tab = await openTab();
    const settings = { ...request().settings, seed: 5 };
    const load = (mark: string) => tab.api.load({ engine: 'wllama', id: `m#${mark}`, file: `${mark}-m.gguf` }, () => {});
    await load('11111111');
    await tab.ended(await startRun(tab, { settings }));
    await load('22222222');
    await tab.ended(await startRun(tab, { settings }));
    expect(tab.engine.requests).toHaveLength(8);
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
