/** What the person does to a run: stop, pause, check rows; live and again on replay. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/promptwizard/types.ts';
import { freshStorage } from '../store/fresh.ts';
import { countingMethod } from './doubles/countingMethod.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, startRun, type Tab } from './tab.ts';

beforeEach(freshStorage);

const soon = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));
const hanging = (at: number) => new ScriptedEngine((_request, call) => (call === at ? new Promise<string>(() => {}) : `reply ${call}`));
const asked = async (engine: ScriptedEngine, calls: number) => {
  while (engine.requests.length < calls) await soon();
};
/** The stored run gone through once more, by another worker, as if its end had not been written down. */
async function replayed(tab: Tab, locks: FakeLocks, run: string, options: Parameters<typeof openTab>[0] = {}): Promise<Tab> {
  const { updateRun } = await import('../../src/store/runs.ts');
  await tab.connection.use((store) => updateRun(store, run, { status: 'interrupted' }));
  tab.die();
  const again = await openTab({ locks, ...options });
  await again.api.resume(run);
  return again;
}

describe('stop', () => {
  it.each([0, 1, 2, 3])('during call %i ends the run at once with the best so far, and does the same on replay', async (at) => {
    const locks = new FakeLocks();
    const tab = await openTab({ locks, engine: hanging(at) });
    const run = await startRun(tab);
    await asked(tab.engine, at + 1);
    await tab.api.stop(run);
    expect(await tab.ended(run)).toBe('stopped');
    const events = await tab.events(run);
    expect(events.filter((event) => event.type === 'call')).toHaveLength(at);
    expect(events.at(-1)).toMatchObject({ type: 'done', result: { verdict: { outcome: 'stopped' } } });
    expect((await tab.record(run))!.summary).toMatchObject({ outcome: 'stopped', calls: at });

    const again = await replayed(tab, locks, run);
    expect(await again.ended(run)).toBe('stopped');
    expect(await again.events(run)).toEqual(events);
    expect(again.engine.requests).toHaveLength(0);
  });

  it('between two calls takes effect at the next one', async () => {
    const locks = new FakeLocks();
    let release = () => {};
    const holding = countingMethod();
    const tab = await openTab({
      locks,
      optimize: async function* (...parts) {
        for await (const event of holding(...parts)) {
          yield event;
          if (event.type === 'note' && event.text.startsWith('call 1')) await new Promise<void>((go) => (release = go));
        }
      },
    });
    const run = await startRun(tab);
    await asked(tab.engine, 2);
    await soon(20);
    await tab.api.stop(run);
    release();
    expect(await tab.ended(run)).toBe('stopped');
    expect(tab.engine.requests).toHaveLength(2);
    const events = await tab.events(run);
    const again = await replayed(tab, locks, run);
    expect(await again.ended(run)).toBe('stopped');
    expect(await again.events(run)).toEqual(events);
  });

  it('of a run that is being gone through again waits for the first call that is not known', async () => {
    const locks = new FakeLocks();
    const first = await openTab({ locks, engine: hanging(2) });
    const run = await startRun(first);
    await asked(first.engine, 3);
    first.die();
    const second = await openTab({ locks });
    await second.api.resume(run);
    await second.api.stop(run);
    expect(await second.ended(run)).toBe('stopped');
    expect((await second.events(run)).filter((event) => event.type === 'call')).toHaveLength(2);
    expect(second.engine.requests).toHaveLength(0);
  });

  it('of a run that waits in the queue spends nothing', async () => {
    const tab = await openTab({ engine: hanging(0) });
    const first = await startRun(tab);
    await asked(tab.engine, 1);
    const second = await startRun(tab, { plan: 'quick' });
    await tab.api.stop(second);
    expect((await tab.record(second))!.status).toBe('stopped');
    expect(await tab.events(second)).toEqual([]);
    await tab.api.stop(first);
    await tab.ended(first);
    expect(tab.engine.requests).toHaveLength(1);
  });

  it('of a paused run ends it', async () => {
    const tab = await openTab({ engine: hanging(1) });
    const run = await startRun(tab);
    await asked(tab.engine, 2);
    await tab.api.pause(run);
    await tab.api.stop(run);
    expect(await tab.ended(run)).toBe('stopped');
  });
});

describe('pause', () => {
  it('lets the call under way finish, asks no other until it ends, and leaves the events as they would be', async () => {
    let answer: (text: string) => void = () => {};
    const engine = new ScriptedEngine((_request, call) => (call === 1 ? new Promise<string>((give) => (answer = give)) : `reply ${call}`));
    const tab = await openTab({ engine, newId: () => 'paused' });
    const run = await startRun(tab);
    await asked(engine, 2);
    await tab.api.pause(run);
    expect((await tab.record(run))!.status).toBe('paused');
    answer('reply 1');
    await soon(40);
    expect(engine.requests).toHaveLength(2);
    expect((await tab.events(run)).filter((event) => event.type === 'call')).toHaveLength(2);
    await tab.api.unpause(run);
    expect(await tab.ended(run)).toBe('done');
    const paused = await tab.events(run);

    freshStorage();
    const other = await openTab({ engine: new ScriptedEngine((_request, call) => `reply ${call}`), newId: () => 'paused' });
    await other.ended(await startRun(other));
    expect(paused).toEqual(await other.events('paused'));
  });
});

describe('checking rows', () => {
  const edited: Row[] = [{ id: 'r9', question: 'Three figs?', answer: '3', origin: 'synthetic' }];
  const method = countingMethod({ reviewAt: 1 });
  const reviewed = async (tab: Tab, run: string) => (await tab.events(run)).find((event) => event.type === 'rows-reviewed');
  const shown = async (tab: Tab, run: string) => {
    while (!(await tab.events(run)).some((event) => event.type === 'rows-made')) await soon(2);
  };

  it('uses the rows as the person left them, and again on replay', async () => {
    const locks = new FakeLocks();
    const tab = await openTab({ locks, optimize: method });
    const run = await startRun(tab);
    await shown(tab, run);
    await tab.api.reviewRows(run, 1, edited);
    expect(await tab.ended(run)).toBe('done');
    expect(await reviewed(tab, run)).toMatchObject({ rows: edited });
    const events = await tab.events(run);
    const again = await replayed(tab, locks, run, { optimize: method });
    expect(await again.ended(run)).toBe('done');
    expect(await again.events(run)).toEqual(events);
  });

  it('uses them as they are when nobody answers in time, and tells one who comes too late', async () => {
    const tab = await openTab({ optimize: method, reviewMs: 20, engine: hanging(1) });
    const run = await startRun(tab);
    await asked(tab.engine, 2);
    expect(await reviewed(tab, run)).toMatchObject({ rows: [{ id: 'r1' }, { id: 'r2' }] });
    await expect(tab.api.reviewRows(run, 1, edited)).rejects.toMatchObject({ name: 'too-late' });
    await tab.api.stop(run);
    await tab.ended(run);
  });

  it('waits for as long as the run is paused', async () => {
    const tab = await openTab({ optimize: method, reviewMs: 20 });
    const run = await startRun(tab);
    await shown(tab, run);
    await tab.api.pause(run);
    await soon(80);
    expect(await reviewed(tab, run)).toBeUndefined();
    await tab.api.reviewRows(run, 1, edited);
    await tab.api.unpause(run);
    expect(await tab.ended(run)).toBe('done');
    expect(await reviewed(tab, run)).toMatchObject({ rows: edited });
  });

  it('ends with the rows as they are when the run is stopped, and then the run ends', async () => {
    const tab = await openTab({ optimize: method });
    const run = await startRun(tab);
    await shown(tab, run);
    await tab.api.stop(run);
    expect(await tab.ended(run)).toBe('stopped');
    expect(await reviewed(tab, run)).toMatchObject({ rows: [{ id: 'r1' }, { id: 'r2' }] });
    expect(tab.engine.requests).toHaveLength(1);
  });
});
