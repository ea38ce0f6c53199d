/** An engine that takes several calls at once: the run is the same one, made in fewer turns. */
import { beforeEach, describe, expect, it } from 'vitest';
import { optimize } from '../../src/promptwizard/optimize.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import { EngineError } from '../../src/engines/errors.ts';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import type { StartRequest } from '../../src/worker/protocol.ts';
import { freshStorage } from '../store/fresh.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { ScriptedEngine, type Script } from './doubles/ScriptedEngine.ts';
import { openTab, startRun } from './tab.ts';

beforeEach(freshStorage);

const newId = () => 'the-run';
/** Of the event loop. */
const turn = () => new Promise((resolve) => setTimeout(resolve));
const rows = (answers: boolean): Row[] =>
  Array.from({ length: 24 }, (_, i) => ({
    id: `r${i}`,
    question: `How many is ${i} and 1?`,
    ...(answers ? { answer: `${i + 1}` } : {}),
    origin: 'user',
  }));
const closed: Partial<StartRequest> = { plan: 'quick', task: { prompt: 'Add the numbers.', rows: rows(true) } };
const open: Partial<StartRequest> = {
  plan: 'quick',
  task: { prompt: 'Write about the sum.', rows: rows(false), metric: { kind: 'checklist', criteria: ['is short', 'is right', 'is kind'] } },
};
const custom: Partial<StartRequest> = {
  plan: 'quick',
  task: { ...closed.task!, metric: { kind: 'custom', code: '(output, row) => Number(output.includes(row.answer))' } },
};

/** Right where the prompt asks for the mark, but for some rows; a judge that goes by the length. */
const answer: Script = (request) => {
  const text = request.messages.map((m) => m.content).join('\n');
  if (request.letters) return request.letters.of[text.length % 2]!.repeat(request.letters.count);
  const asked = Number(/How many is (\d+) and 1/.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(asked)) return '{}';
  return /<answer>/i.test(text) && asked % 5 !== 0 ? `So <answer>${asked + 1}</answer>` : `It is ${asked}`;
};

/** Each reply takes a turn of the event loop or more, as over a network; `most` counts how many were under way at once. */
class Counted extends ScriptedEngine {
  running = 0;
  most = 0;
  /** Calls that were wanted when they were made. */
  wanted = 0;
  constructor(
    override parallel: number,
    script: Script = answer,
  ) {
    super(script);
  }
  override async generate(...args: Parameters<ScriptedEngine['generate']>) {
    this.most = Math.max(this.most, ++this.running);
    if (!args[1].aborted) this.wanted++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    // As a real engine: what was let go of in the meantime has no reply.
    const result = await super.generate(...args).finally(() => this.running--);
    return args[1].aborted ? { ...result, finish: 'abort' as const } : result;
  }
}

async function run(engine: Counted, change: Partial<StartRequest>): Promise<RunEvent[]> {
  freshStorage();
  const tab = await openTab({ optimize, newId, engine });
  const id = await startRun(tab, change);
  expect(await tab.ended(id)).toBe('done');
  return tab.events(id);
}

describe.each([
  ['with right answers', closed],
  ['judged by the model', open],
  ['scored by code of the person’s own', custom],
])('a run %s', { timeout: 60_000 }, (_name, change) => {
  it('has the same events whether calls go one by one or side by side, and wastes few', async () => {
    const one = new Counted(1);
    const events = await run(one, change);
    expect(one.most).toBe(1);
    const calls = events.filter((event) => event.type === 'call').length;
    expect(one.requests).toHaveLength(calls);
    for (const parallel of [2, 4, 8]) {
      const many = new Counted(parallel);
      expect(JSON.stringify(await run(many, change))).toBe(JSON.stringify(events));
      expect(many.most).toBeGreaterThan(1);
      // A look ahead that goes wrong adds a call to those that are wanted.
      expect(many.most).toBeLessThanOrEqual(parallel + 1);
      expect(many.requests.length).toBeLessThan(1.25 * calls);
      expect(many.running).toBe(0);
    }
  });
});

describe('calls side by side', { timeout: 60_000 }, () => {
  it('that lose their worker leave a run that ends with the same events', async () => {
    const events = await run(new Counted(1), closed);
    for (const k of [5, 30, 61]) {
      freshStorage();
      const locks = new FakeLocks();
      const engine = new Counted(4, (asked, call) => (call >= k ? new Promise<string>(() => {}) : answer(asked, call)));
      const real = connectStore();
      let dead = false;
      // A worker that is gone writes no more, also what it had heard already.
      const connection: Connection = { ...real, use: (work) => (dead ? new Promise<never>(() => {}) : real.use(work)) };
      const first = await openTab({ optimize, newId, locks, engine, connection });
      const id = await startRun(first, closed);
      while (engine.requests.length <= k) await new Promise((resolve) => setTimeout(resolve, 1));
      dead = true;
      first.die();
      const second = await openTab({ optimize, newId, locks, engine: new Counted(4) });
      await second.api.resume(id);
      expect(await second.ended(id)).toBe('done');
      expect(JSON.stringify(await second.events(id))).toBe(JSON.stringify(events));
    }
  });

  it('may fail without the run noticing: what is needed is asked again, with fewer at once', async () => {
    const events = await run(new Counted(1), closed);
    let failures = 0;
    const flaky: Script = (asked, call) =>
      call % 7 === 3 && failures++ < 40 ? new EngineError('generation-failed', 'Too many at once.') : answer(asked, call);
    expect(JSON.stringify(await run(new Counted(4, flaky), closed))).toBe(JSON.stringify(events));
    expect(failures).toBeGreaterThan(3);
  });

  describe('end with the run', () => {
    /** A run whose calls from the twentieth on have no reply by themselves, when as many as may be are under way. */
    async function heldRun() {
      freshStorage();
      const held: ((error: Error) => void)[] = [];
      let lost: Error | null = null;
      const hold = () => new Promise<string>((_, reject) => held.push(reject));
      const engine = new Counted(4, (asked, call) => lost ?? (call < 20 ? answer(asked, call) : hold()));
      const tab = await openTab({ optimize, newId, engine });
      const id = await startRun(tab, closed);
      while (held.length < 4) await turn();
      await turns();
      /** The call that the run waits for fails, and so does every later one. */
      const lose = (error: Error) => held[0]!((lost = error));
      return { tab, id, engine, lose };
    }
    const turns = async () => {
      for (let n = 0; n < 50; n++) await turn();
    };

    it('that is stopped: nothing is under way any more, and nothing more is asked', async () => {
      const { tab, id, engine } = await heldRun();
      const asked = engine.wanted;
      await tab.api.stop(id);
      expect(await tab.ended(id)).toBe('stopped');
      await turns();
      expect(engine.running).toBe(0);
      expect(engine.wanted).toBe(asked);
    });

    it('that lost its model: nothing is under way any more', async () => {
      const { tab, id, engine, lose } = await heldRun();
      lose(new EngineError('device-lost', 'Gone.'));
      expect(await tab.ended(id)).toBe('interrupted');
      await turns();
      expect(engine.running).toBe(0);
    });
  });
});
