import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { optimize as realOptimize } from '../../src/promptwizard/optimize.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import { connectStore } from '../../src/store/connection.ts';
import { getCall } from '../../src/store/calls.ts';
import type { StartRequest } from '../../src/worker/protocol.ts';
import type { Optimize } from '../../src/worker/run.ts';
import { freshStorage } from '../store/fresh.ts';
import { countingMethod } from './doubles/countingMethod.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { dyingConnection, openTab, request, startRun, type TabOptions } from './tab.ts';

beforeEach(freshStorage);

const newId = () => 'the-run';
const rows: Row[] = Array.from({ length: 24 }, (_, i) => ({
  id: `r${i}`,
  question: `How many is ${i} and 1?`,
  answer: `${i + 1}`,
  origin: 'user',
}));

/** Answers right when the prompt asks for the mark, and every fifth row wrong. */
const solver = () =>
  new ScriptedEngine((request) => {
    const text = request.messages.map((m) => m.content).join('\n');
    const asked = Number(/How many is (\d+) and 1/.exec(text)?.[1] ?? NaN);
    if (Number.isNaN(asked)) return '{}';
    return /<answer>/i.test(text) && asked % 5 !== 0 ? `So <answer>${asked + 1}</answer>` : `It is ${asked}`;
  });

/** The last: how many deaths are tried, spread over the run; the long run of the real method is not killed everywhere. */
const methods: [string, Optimize, Partial<StartRequest>, number][] = [
  ['the double of the method', countingMethod({ calls: 5 }), {}, Infinity],
  ['the real method', realOptimize, { task: { prompt: 'Add the numbers.', rows } }, 9],
];

describe.each(methods)('a run of %s', { timeout: 40_000 }, (_name, optimize, change, deaths) => {
  async function whole(): Promise<{ events: RunEvent[]; calls: number }> {
    freshStorage();
    const tab = await openTab({ optimize, newId, engine: solver() });
    const run = await startRun(tab, change);
    expect(await tab.ended(run)).toBe('done');
    return { events: await tab.events(run), calls: tab.engine.requests.length };
  }

  it('that loses its worker at any call ends with the same events, and asks the model only what it had not answered', async () => {
    const { events, calls } = await whole();
    expect(calls).toBeGreaterThan(3);
    for (let k = 0; k < calls; k += Math.ceil(calls / deaths) || 1) {
      freshStorage();
      const locks = new FakeLocks();
      const { script } = solver();
      const engine = new ScriptedEngine((asked, call) => (call === k ? new Promise<string>(() => {}) : script(asked, call)));
      const first = await openTab({ optimize, newId, locks, engine });
      const run = await startRun(first, change);
      while (engine.requests.length <= k) await new Promise((resolve) => setTimeout(resolve, 1));
      first.die();
      const second = await openTab({ optimize, newId, locks, engine: solver() });
      await second.api.resume(run);
      expect(await second.ended(run)).toBe('done');
      expect(JSON.stringify(await second.events(run))).toBe(JSON.stringify(events));
      expect(second.engine.requests).toHaveLength(calls - k);
    }
  });

  it('that loses its worker at any use of the store ends with the same events', async () => {
    const { events, calls } = await whole();
    freshStorage();
    const counted = dyingConnection(Infinity);
    const tab = await openTab({ optimize, newId, connection: counted, engine: solver() });
    await tab.ended(await startRun(tab, change));
    const step = Math.ceil(counted.used / deaths) || 1;
    let resumed = 0;
    for (let uses = 3; uses < counted.used; uses += step) {
      freshStorage();
      const locks = new FakeLocks();
      const connection = dyingConnection(uses);
      const first = await openTab({ optimize, newId, locks, connection, engine: solver() });
      void first.api.start(request(change));
      for (let tries = 0; connection.used <= uses && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 1));
      first.die();
      const second = await openTab({ optimize, newId, locks, engine: solver() });
      if (!(await second.record('the-run'))) continue;
      await second.api.resume('the-run');
      if ((await second.record('the-run'))!.status !== 'done') expect(await second.ended('the-run')).toBe('done');
      expect(JSON.stringify(await second.events('the-run'))).toBe(JSON.stringify(events));
      // Nothing is asked twice, but for the one call whose reply was not stored yet.
      expect(first.engine.requests.length + second.engine.requests.length).toBeLessThanOrEqual(calls + 1);
      resumed++;
    }
    expect(resumed).toBeGreaterThan(5);
  });
});

describe('a call', () => {
  it('is in the store before the method hears of its reply', async () => {
    const look = connectStore();
    const seen: boolean[] = [];
    const watching: Optimize = (input, llm, deps) =>
      countingMethod()(
        input,
        async (request) => {
          const reply = await llm(request);
          seen.push((await look.use((store) => getCall(store, reply.hash))) !== undefined);
          return reply;
        },
        deps,
      );
    const tab = await openTab({ optimize: watching });
    expect(await tab.ended(await startRun(tab))).toBe('done');
    expect(seen).toEqual([true, true, true, true]);
  });

  it('that was made by another run is answered from the store, with its first time and counts', async () => {
    const settings = { ...request().settings, seed: 5 };
    const tab = await openTab();
    const first = await startRun(tab, { settings });
    await tab.ended(first);
    const made = tab.engine.requests.length;
    const second = await startRun(tab, { settings, anew: true });
    await tab.ended(second);
    expect(tab.engine.requests).toHaveLength(made);
    const body = async (run: string) => (await tab.events(run)).slice(1);
    expect(await body(second)).toEqual(await body(first));
  });
});

describe('a stored list that does not replay', () => {
  const interruptedRun = async (options: TabOptions) => {
    const locks = new FakeLocks();
    const engine = new ScriptedEngine((_request, call) => (call === 2 ? new Promise<string>(() => {}) : `reply ${call}`));
    const first = await openTab({ ...options, locks, engine, newId });
    const run = await startRun(first);
    while (engine.requests.length <= 2) await new Promise((resolve) => setTimeout(resolve, 1));
    first.die();
    return { locks, run };
  };

  it('of this version ends the run as failed, says so, and adds nothing to the list', async () => {
    const { locks, run } = await interruptedRun({ optimize: countingMethod() });
    const second = await openTab({ locks, optimize: countingMethod({ word: 'other' }) });
    const before = await second.events(run);
    await second.api.resume(run);
    expect(await second.ended(run)).toBe('failed');
    expect((await second.record(run))!.error).toMatch(/start it anew/);
    expect(await second.events(run)).toEqual(before);
  });

  it.each([
    ['of the app', { optimize: countingMethod() }, { optimize: countingMethod({ word: 'other' }), app: '2.0.0' }],
    ['of the method', { optimize: countingMethod({ version: '1' }) }, { optimize: countingMethod({ version: '2', word: 'other' }) }],
  ])('of another version %s is written anew, and those who watch are told to forget', async (_what, before, after) => {
    const { locks, run } = await interruptedRun(before);
    const second = await openTab({ locks, ...after });
    const heard: (number | 'reset')[] = [];
    await second.api.watch(run, 0, {
      events: (batch) => heard.push(...batch.map(({ seq }) => seq)),
      status: () => {},
      tokens: () => {},
      reset: () => heard.push('reset'),
    });
    await second.api.resume(run);
    expect(await second.ended(run)).toBe('done');
    const events = await second.events(run);
    expect(events.filter((event) => event.type === 'note').map((event) => event.code)).toEqual(['other', 'other', 'other', 'other']);
    const anew = heard.indexOf('reset');
    expect(anew).toBeGreaterThan(0);
    expect(heard.slice(anew + 1)).toEqual(events.map((_, seq) => seq));
    // The replies to the same calls are still good.
    expect(second.engine.requests).toHaveLength(2);
  });
});
