import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LlmRequest } from '../../../src/promptwizard/llm.ts';
import { countingRows, SimulatedModel } from '../../world/model.ts';
import { CallCache } from './callCache.ts';
import { cachedLlm } from './cachedLlm.ts';
import { against, meanLead, measured } from './figures.ts';
import { inputFor, oneRun } from './oneRun.ts';
import { readOptions } from './options.ts';
import { pickRuns } from './pickRuns.ts';
import { proofPage } from './proofPage.ts';
import { readRuns, runFile, writeRun, type StoredRun } from './storedRun.ts';
import { cut } from './taskFile.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'));
});
afterEach(() => rm(folder, { recursive: true }));

const rows = countingRows(150);
const task = { name: 'counting', ...cut(rows) };

/** The simulated model as an engine; after `failAfter` calls it is gone. */
function engine(failAfter = Infinity) {
  const model = new SimulatedModel({ seed: 4, base: 0.3, effects: { contract: 0.05, free: 0.3 } }, rows);
  const made = { calls: 0 };
  const generate = async (request: Omit<LlmRequest, 'purpose'>) => {
    if (made.calls++ >= failAfter) throw new Error('The server is gone.');
    const purpose =
      /rewrit|variant/i.test(JSON.stringify(request.messages)) && request.schema ? 'mutate' : request.schema ? 'understand' : 'solve';
    const reply = await model.llm({ ...request, purpose });
    return { ...reply, finish: reply.finish === 'refused' ? 'stop' : reply.finish, tokensReused: 0, prefillPerSecond: 1, decodePerSecond: 1 } as const; // prettier-ignore
  };
  return { engine: { generate }, made };
}

const server = { engine: 'llama.cpp b1', slots: 4, contextSize: 4096, prefillPerSecond: 1, decodePerSecond: 1 };
const model = { id: 'simulated', title: 'simulated', contextSize: 4096 };

async function run(seed: number, failAfter?: number): Promise<{ stored: StoredRun; calls: number }> {
  const { engine: simulated, made } = engine(failAfter);
  const llm = cachedLlm(simulated, 'simulated', await CallCache.open(join(folder, 'simulated/calls.jsonl')));
  const input = inputFor(task, 'quick', seed, 512, model);
  const ran = await oneRun(task, input, llm, () => {});
  const stored: StoredRun = {
    version: 1,
    task: task.name,
    method: 'm1',
    finished: '2025-11-25T00:00:00.000Z',
    server,
    jobs: 1,
    input,
    ...ran,
  };
  await writeRun(runFile(join(folder, 'simulated'), stored), stored);
  return { stored, calls: made.calls };
}

describe('a run of the bench', () => {
  it('sees no row that its score comes from', async () => {
    const { stored } = await run(1);
    const given = new Set(task.given.map(({ id }) => id));
    expect(stored.outcome!.unseen.rows).toHaveLength(65);
    expect(stored.outcome!.unseen.rows.some(({ id }) => given.has(id))).toBe(false);
    const questions = stored.outcome!.unseen.rows.map(({ question }) => question);
    expect(questions.some((question) => JSON.stringify(stored.events).includes(JSON.stringify(question)))).toBe(false);
  });

  it('that broke off goes on from the cache to the same end', async () => {
    const whole = await run(1);
    await rm(folder, { recursive: true });
    const broken = await run(1, 50);
    expect(broken.stored).toMatchObject({ outcome: null, error: 'The server is gone.' });
    const resumed = await run(1);
    expect(resumed.calls).toBe(whole.calls - 50);
    expect(resumed.stored.outcome!.unseen).toEqual(whole.stored.outcome!.unseen);
    expect(resumed.stored.events.length).toBe(whole.stored.events.length);
  });

  it('shares the scores of the start with runs of other seeds', async () => {
    const first = await run(1);
    const second = await run(2);
    expect(second.calls).toBeLessThan(first.calls - 65);
    expect(second.stored.outcome!.unseen.scores.start).toEqual(first.stored.outcome!.unseen.scores.start);
  });
});

describe('the cache of calls', () => {
  const reply = (hash: string) => ({ text: hash, finish: 'stop', tokensIn: 1, tokensOut: 1, ms: 1, hash }) as const;

  it('is there again from what was kept, under what was asked since', async () => {
    const kept = join(folder, 'kept/calls.gz');
    const first = await CallCache.open(join(folder, 'kept/one.jsonl'));
    await first.put(reply('k'));
    expect(await first.keep(kept)).toBeGreaterThan(0);
    const second = await CallCache.open(join(folder, 'kept/two.jsonl'), kept);
    expect(second.get('k')).toEqual(reply('k'));
    expect((await CallCache.open(join(folder, 'kept/two.jsonl'), join(folder, 'kept/none.gz'))).size).toBe(0);
  });
  it('outlives a line that was cut off in the middle', async () => {
    const file = join(folder, 'calls.jsonl');
    await (await CallCache.open(file)).put(reply('a'));
    await appendFile(file, '{"text":"b","fin');
    await (await CallCache.open(file)).put(reply('c'));
    const cache = await CallCache.open(file);
    expect([cache.get('a')?.text, cache.get('b'), cache.get('c')?.text]).toEqual(['a', undefined, 'c']);
    expect((await readFile(file, 'utf8')).endsWith('}\n')).toBe(true);
  });
});

describe('the page of the proof', () => {
  it('tells every run, those that broke off too', async () => {
    await run(1);
    await run(2);
    await run(3, 10);
    const picked = pickRuns(await readRuns(folder), { model: null, method: 'm1', anyVersion: false });
    const page = proofPage(picked);
    const [one] = measured(picked.runs);
    const { difference } = against(one!, 'start');
    expect(page).toContain(`| counting | quick | 1 |`);
    expect(page).toContain(`broke off: The server is gone.`);
    expect(page).toContain('Broken off: 1 of 3 runs.');
    expect(page).toContain(one!.outcome.result.optimizedPrompt);
    expect(meanLead([one!], 'start')!.mean).toBeCloseTo(difference);
  });

  it('leaves out other versions of the method, and says so', async () => {
    const { stored } = await run(1);
    const all = [stored, { ...stored, method: 'm2' }];
    const now = pickRuns(all, { model: null, method: 'm2', anyVersion: false });
    expect(now.runs).toHaveLength(1);
    expect(now.notes).toEqual([expect.stringContaining('1 runs of other versions')]);
    const any = pickRuns(all, { model: null, method: 'm2', anyVersion: true });
    expect(any.runs).toHaveLength(2);
    expect(any.notes).toEqual([expect.stringContaining('2 versions of the method: m1, m2')]);
  });

  it('has a lead of nothing, certainly, where the start was delivered', () => {
    const scores = [1, 0, 1];
    const outcome = { unseen: { scores: { start: scores, contract: scores, free: scores, final: scores } } };
    const same = { task: 'a', outcome } as unknown as Parameters<typeof meanLead>[0][number];
    expect(meanLead([same], 'start')).toEqual({ mean: 0, interval: [0, 0], tasks: ['a'] });
  });
});

describe('the command line', () => {
  it('is read, and refused with its usage', () => {
    expect(readOptions(['--server', 'http://x', '--seeds', '1,2,3', '--plan', 'standard'], '/nowhere')).toMatchObject({
      server: 'http://x',
      seeds: [1, 2, 3],
      plan: 'standard',
      maxTokens: 512,
      tasks: ['object-counting', 'navigate'],
    });
    for (const args of [[], ['--server', 'x', '--plan', 'best'], ['--server', 'x', '--seeds', 'one'], ['--what']])
      expect(() => readOptions(args, '/nowhere')).toThrow(/npm run bench:models -- --server URL/);
  });
});
