/** Starting: the queue, stored answers, other tabs, refusals. */
import { beforeEach, describe, expect, it } from 'vitest';
import { optimize as realOptimize } from '../../src/promptwizard/optimize.ts';
import { freshStorage } from '../store/fresh.ts';
import { countingMethod } from './doubles/countingMethod.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun } from './tab.ts';

beforeEach(freshStorage);

const soon = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));
/** Answers no call before `open`. */
function gated(): { engine: ScriptedEngine; open(): void } {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return { engine: new ScriptedEngine(() => gate.then(() => 'reply')), open };
}
const prompt = (text: string) => ({ task: { ...request().task, prompt: text } });

describe('the queue', () => {
  it('runs one at a time in the order they came, lets three wait, and refuses the next as busy', async () => {
    const { engine, open } = gated();
    const tab = await openTab({ engine });
    const runs: string[] = [];
    for (const text of ['one', 'two', 'three', 'four']) runs.push(await startRun(tab, prompt(text)));
    expect(await tab.api.start(request(prompt('five')))).toMatchObject({ kind: 'busy', message: expect.stringMatching(/3 are waiting/) });
    await soon(10);
    expect(engine.requests).toHaveLength(1);
    expect(await Promise.all(runs.map(async (run) => (await tab.record(run))!.status))).toEqual(['running', 'queued', 'queued', 'queued']);
    open();
    for (const run of runs) expect(await tab.ended(run)).toBe('done');
    expect(engine.requests.map((r) => r.messages[0]!.content.split(' ')[0])).toEqual(
      ['one', 'two', 'three', 'four'].flatMap((text) => Array<string>(4).fill(text)),
    );
    expect((await tab.api.start(request(prompt('five')))).kind).toBe('started');
  });

  it('goes on with the next when a run ends badly', async () => {
    let rehearsed = false;
    // Past the rehearsal before the start: a fault in the run itself.
    // eslint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<never> {
      if (rehearsed) throw new RangeError('secret text of the user');
      rehearsed = true;
    }

    const tab = await openTab({
      optimize: (input, llm, deps) => {
        if (input.task.prompt === 'bad' && input.plan === 'trial') return broken();
        return countingMethod()(input, llm, deps);
      },
    });
    const bad = await startRun(tab, prompt('bad'));
    const good = await startRun(tab, prompt('good'));
    expect(await tab.ended(bad)).toBe('failed');
    expect((await tab.record(bad))!.error).toMatch(/fault of this app \(RangeError\)/);
    expect(await tab.ended(good)).toBe('done');
  });
});

describe('the same request again', () => {
  it('is answered by the stored run, whatever ids its rows have now', async () => {
    const tab = await openTab();
    const run = await startRun(tab);
    await tab.ended(run);
    const asked = tab.engine.requests.length;
    const again = request();
    again.task.rows = again.task.rows.map((row) => ({ ...row, id: 'pasted-' + row.id }));
    expect(await tab.api.start(again)).toEqual({ kind: 'stored', run });
    expect(tab.engine.requests).toHaveLength(asked);
  });

  it('anew runs with another seed, unless the person set one', async () => {
    const tab = await openTab();
    const first = await startRun(tab);
    await tab.ended(first);
    const second = await startRun(tab, { anew: true });
    await tab.ended(second);
    const seed = async (run: string) => (await tab.record(run))!.input.seed;
    expect(await seed(second)).not.toBe(await seed(first));
    const own = await startRun(tab, { settings: { ...request().settings, seed: 41 }, anew: true });
    expect(await seed(own)).toBe(41);
  });

  it('while it is going on joins that run', async () => {
    const { engine, open } = gated();
    const tab = await openTab({ engine });
    const run = await startRun(tab);
    expect(await tab.api.start(request())).toEqual({ kind: 'started', run });
    open();
    expect(await tab.ended(run)).toBe('done');
  });

  it('after a stop or a failure runs again', async () => {
    const engine = new ScriptedEngine(() => new Promise<string>(() => {}));
    const tab = await openTab({ engine });
    const run = await startRun(tab);
    await tab.until(run, 'running');
    await tab.api.stop(run);
    await tab.ended(run);
    expect(await startRun(tab)).not.toBe(run);
  });
});

describe('a request that cannot be run', () => {
  it('is refused with the sentence of the method, and nothing is stored', async () => {
    const tab = await openTab({ optimize: realOptimize, newId: () => 'refused' });
    await expect(tab.api.start(request(prompt(' \n ')))).rejects.toMatchObject({
      name: 'input',
      message: 'Please enter a prompt to optimize.',
    });
    await expect(tab.api.start(request(prompt('long '.repeat(20_000))))).rejects.toMatchObject({
      name: 'input',
      message: expect.stringMatching(/tokens/),
    });
    expect(await tab.record('refused')).toBeUndefined();
    expect(tab.engine.requests).toHaveLength(0);
  });

  it('without a model says to load one', async () => {
    const tab = await openTab();
    await tab.api.unload();
    await expect(tab.api.start(request())).rejects.toMatchObject({ name: 'not-loaded' });
  });
});

describe('a second tab', () => {
  it('is told that a run goes on elsewhere, can look on to its end, and can start then', async () => {
    const locks = new FakeLocks();
    const { engine, open } = gated();
    const first = await openTab({ locks, engine });
    const second = await openTab({ locks });
    const run = await startRun(first);
    await first.until(run, 'running');
    await soon(5);
    expect(await second.api.start(request(prompt('another')))).toMatchObject({ kind: 'elsewhere', run });
    await expect(second.api.stop(run)).rejects.toMatchObject({ name: 'elsewhere' });

    const seqs: number[] = [];
    const statuses: string[] = [];
    await second.api.watch(run, 0, {
      events: (batch) => seqs.push(...batch.map(({ seq }) => seq)),
      status: (status) => statuses.push(status),
      tokens: () => {},
      reset: () => {},
    });
    open();
    await first.ended(run);
    while (statuses.at(-1) !== 'done') await soon(5);
    expect(statuses[0]).toBe('running');
    expect(seqs).toEqual((await first.events(run)).map((_, seq) => seq));
    expect((await second.api.start(request(prompt('another')))).kind).toBe('started');
  });

  it('sees a run as interrupted when its tab has died, and can go on with it', async () => {
    const locks = new FakeLocks();
    const first = await openTab({ locks, engine: gated().engine });
    const run = await startRun(first);
    await first.until(run, 'running');
    const second = await openTab({ locks });
    const statuses: string[] = [];
    await second.api.watch(run, 0, { events: () => {}, status: (status) => statuses.push(status), tokens: () => {}, reset: () => {} });
    expect(statuses).toEqual(['running']);
    first.die();
    while (statuses.at(-1) !== 'interrupted') await soon(5);
    await second.api.resume(run);
    expect(await second.ended(run)).toBe('done');
    expect(statuses.at(-1)).toBe('done');
  });

  it('cannot take a run that is going on', { timeout: 8_000 }, async () => {
    const locks = new FakeLocks();
    const first = await openTab({ locks, engine: gated().engine });
    const run = await startRun(first);
    await first.until(run, 'running');
    const second = await openTab({ locks });
    await expect(second.api.resume(run)).rejects.toMatchObject({ name: 'elsewhere' });
    expect((await second.record(run))!.status).toBe('running');
  });
});

describe('a worker that starts', () => {
  it('marks as interrupted what a dead one left, and leaves what another tab has in hand', async () => {
    const locks = new FakeLocks();
    const dead = await openTab({ locks, engine: gated().engine });
    const left = await startRun(dead, prompt('left'));
    await dead.until(left, 'running');
    dead.die();
    const alive = await openTab({ locks, engine: gated().engine });
    const going = await startRun(alive, prompt('going'));
    await alive.until(going, 'running');
    const next = await openTab({ locks });
    while ((await next.record(left))!.status === 'running') await soon(2);
    expect((await next.record(left))!.status).toBe('interrupted');
    expect((await next.record(going))!.status).toBe('running');
  });
});
