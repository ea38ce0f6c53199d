/** What the site decided at build time, obeyed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelRef } from '../../src/engines/engine.ts';
import { runTimeout } from '../../src/worker/runTimeout.ts';
import { freshStorage } from '../store/fresh.ts';
import { MODEL, ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun } from './tab.ts';

beforeEach(freshStorage);
const prompt = (text: string) => ({ task: { ...request().task, prompt: text } });
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new ScriptedEngine(() => new Promise<string>(() => {}));

describe('runs that wait', () => {
  it.each([
    [0, /^One run is going on\. /],
    [1, /^One run is going on and one is waiting\. /],
    [5, /^One run is going on and 5 are waiting\. /],
  ])('are %i at most', async (maxConcurrent, words) => {
    const tab = await openTab({ engine: never(), site: { maxConcurrent } });
    for (let n = 0; n <= maxConcurrent; n++) await startRun(tab, prompt(`number ${n}`));
    expect(await tab.api.start(request(prompt('one more')))).toMatchObject({ kind: 'busy', message: expect.stringMatching(words) });
  });
});

describe('stored results', () => {
  it('answer nothing where the site has switched them off', async () => {
    const tab = await openTab({ site: { resultCache: false } });
    await tab.ended(await startRun(tab));
    expect((await tab.api.start(request())).kind).toBe('started');
  });

  it('answer while they are among the newest so many runs', async () => {
    const tab = await openTab({ site: { resultCacheSize: 2 } });
    const first = await startRun(tab, prompt('first'));
    await tab.ended(first);
    await soon(2);
    await tab.ended(await startRun(tab, prompt('second')));
    expect(await tab.api.start(request(prompt('first')))).toEqual({ kind: 'stored', run: first });
    await soon(2);
    await tab.ended(await startRun(tab, prompt('third')));
    expect((await tab.api.start(request(prompt('first')))).kind).toBe('started');
  });
});

describe('the longest run', () => {
  it('is ended by the site’s limit, keeps the best so far, and says why', async () => {
    const tab = await openTab({ engine: never(), site: { timeout: 1 } });
    const run = await startRun(tab);
    expect(await tab.ended(run)).toBe('stopped');
    expect(await tab.record(run)).toMatchObject({
      status: 'stopped',
      summary: { outcome: 'stopped' },
      error: 'Stopped after 1 seconds of work, the limit of this site. The best so far is kept.',
    });
  });

  describe('by the clock', () => {
    let now = 0;
    let paused = false;
    let over = 0;
    let end = () => {};
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      vi.spyOn(performance, 'now').mockImplementation(() => now);
      [now, paused, over] = [0, false, 0];
      end = runTimeout(
        10,
        () => paused,
        () => over++,
      );
    });
    afterEach(() => {
      end();
      vi.useRealTimers();
      vi.restoreAllMocks();
    });
    /** Seconds awake: the time is looked at in each. */
    const awake = (seconds: number) => {
      for (let n = 0; n < seconds; n++) {
        now += 1_000;
        vi.advanceTimersByTime(1_000);
      }
    };

    it('ends a run once, after its seconds at work', () => {
      awake(9);
      expect(over).toBe(0);
      awake(1);
      expect(over).toBe(1);
      awake(30);
      expect(over).toBe(1);
    });

    it('does not count what it was paused', () => {
      awake(9);
      paused = true;
      awake(60);
      expect(over).toBe(0);
      paused = false;
      awake(1);
      expect(over).toBe(1);
    });

    it('counts a night of the machine’s sleep as five seconds at most', () => {
      awake(3);
      now += 8 * 3_600_000;
      awake(1);
      expect(over).toBe(0);
      awake(2);
      expect(over).toBe(1);
    });
  });
});

describe('the memory for a model', () => {
  const site = { memoryLimit: 1000 };
  const big: ModelRef = { ...MODEL, id: 'big', bytes: 2 ** 31 } as ModelRef;

  it('refuses one that is known to need more, before its engine is asked', async () => {
    const tab = await openTab({ site });
    await expect(tab.api.load(big, () => {})).rejects.toMatchObject({
      name: 'memory-limit',
      message: 'It takes 2,048 MiB of memory, and this site allows 1,000 MiB. Choose a smaller model.',
    });
    expect(tab.engine.loads).toBe(1);
  });

  it('counts what the graphics card needs, where that is published', async () => {
    const tab = await openTab({ site: { memoryLimit: 3000 } });
    await expect(tab.api.load({ engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' }, () => {})).rejects.toThrow('It takes 3,432 MiB');
    await expect(tab.api.load({ engine: 'webllm', id: 'Qwen3-1.7B-q4f16_1-MLC' }, () => {})).resolves.toBeDefined();
  });

  it('refuses one whose size is known only when the download begins', async () => {
    const tab = await openTab({ site });
    const engine = tab.engine as ScriptedEngine;
    const load = engine.load.bind(engine);
    engine.holdLoad = true;
    engine.load = (ref, onProgress, signal) =>
      load(ref, (progress) => onProgress({ ...progress, bytesTotal: progress.bytesTotal && 2 ** 31 }), signal);
    await expect(tab.api.load({ ...MODEL, id: 'unknown size' }, () => {})).rejects.toMatchObject({ name: 'memory-limit' });
  });
});
