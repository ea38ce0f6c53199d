import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { Llm } from '../../src/promptwizard/llm.ts';
import { PLAN_NAMES, type OptimizeInput } from '../../src/promptwizard/types.ts';
import { countingRows, SimulatedModel } from '../world/model.ts';
import { eventsOf, expectLawful as expectLaws } from './laws.ts';
import { inputOf, modelFor, play, world } from './play.ts';

const of = eventsOf;

/** The laws, and that no held-out row was in any request before the verdict. */
function expectLawful(input: OptimizeInput, events: RunEvent[], requests: { messages: { content: string }[] }[]): void {
  expectLaws(input, events);
  expect(of(events, 'call').length).toBe(requests.length);
  const begun = events.findIndex((e) => e.type === 'phase' && e.phase === 'verdict');
  const before = begun < 0 ? requests.length : of(events.slice(0, begun), 'call').length;
  const heldOut = input.task.rows.filter((row) => of(events, 'split')[0]!.heldOut.includes(row.id));
  for (const request of requests.slice(0, before)) {
    for (const row of heldOut) expect(request.messages.some((m) => m.content.includes(row.question))).toBe(false);
  }
}

describe('optimize', () => {
  for (const plan of PLAN_NAMES) {
    it(`runs the ${plan} plan to its verdict within its budget`, async () => {
      const input = inputOf({ plan });
      const model = modelFor(input, world({ effects: { contract: 0.1, free: 0.45, demos: 0.2 } }));
      const { events, state } = await play(input, model);
      expectLawful(input, events, model.requests);
      expect(state.verdict!.start!.rows).toBeGreaterThan(0);
      expect(state.result!.quality).toBe('held-out');
    });
  }

  it('calls a prompt better only after the sign test on held-out rows, and delivers it', async () => {
    const input = inputOf({ plan: 'standard' });
    const { state } = await play(input, modelFor(input, world({ base: 0.1, effects: { contract: 0, free: 0.85 } })));
    expect(state.verdict).toMatchObject({ outcome: 'better', reason: 'sign-test' });
    expect(state.verdict!.comparison!.pValue).toBeLessThanOrEqual(0.048);
    expect(state.result!.optimizedPrompt).toContain('step by step');
    expect(state.result!.improvements.length).toBeGreaterThan(0);
  });

  it('returns the user’s own prompt when nothing helps', async () => {
    const input = inputOf({ plan: 'quick' });
    const { state } = await play(input, modelFor(input, world({ effects: {} })));
    expect(state.verdict).toMatchObject({ outcome: 'no-reliable-gain', result: 'c0' });
    expect(state.result!.optimizedPrompt).toBe('Answer the question.');
  });

  it('hardly ever delivers a prompt that is in truth worse, over many worlds', async () => {
    const runs = 80;
    let worse = 0;
    for (let seed = 0; seed < runs; seed++) {
      const input = inputOf({ plan: 'quick', seed });
      // Every change harms by 10 points or more, so any delivered change is worse in truth.
      const w = world({ seed, base: 0.6, effects: { contract: -0.1, free: -0.15, demos: -0.1, chains: -0.1 } });
      const { state } = await play(input, modelFor(input, w));
      if (state.verdict!.result !== 'c0') worse++;
    }
    expect(worse).toBeLessThanOrEqual(runs * 0.02);
  });

  it('gives the same events for the same input and replies', async () => {
    const input = inputOf({ plan: 'standard' });
    const once = await play(input, modelFor(input, world()));
    const again = await play(input, modelFor(input, world()));
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(once.events));
  });

  it('stops at any call, keeps the best so far and says so, the same on replay', async () => {
    const input = inputOf({ plan: 'quick' });
    const w = world({ base: 0.1, effects: { contract: 0.4, free: 0.8 } });
    const whole = await play(input, modelFor(input, w));
    const calls = of(whole.events, 'call').length;
    for (let stopAt = 0; stopAt < calls; stopAt += 7) {
      const model = modelFor(input, w);
      const { events, state } = await play(input, model, { stopAt });
      expect(model.requests.length).toBe(stopAt);
      expect(state.verdict!.outcome).toBe('stopped');
      expect(state.result!.quality).not.toBe('held-out');
      const again = await play(input, modelFor(input, w), { stopAt });
      expect(JSON.stringify(again.events)).toBe(JSON.stringify(events));
    }
  });

  it('is not ended by replies that nobody can read', async () => {
    for (const seed of [1, 2, 3]) {
      const input = inputOf({ plan: 'standard', seed });
      const model = modelFor(input, world({ seed, unreadable: 0.7, nonsense: 0.8, cut: 0.3 }));
      const { events } = await play(input, model);
      expectLawful(input, events, model.requests);
    }
  });

  it('survives any text as a reply', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...PLAN_NAMES),
        fc.nat(1000),
        async (texts, plan, seed) => {
          const input = inputOf({ plan, seed, task: { rows: countingRows(22) } });
          const requests: Parameters<Llm>[0][] = [];
          const llm: Llm = (request) => {
            requests.push(request);
            const text = texts[requests.length % texts.length]!;
            return Promise.resolve({
              text,
              finish: requests.length % 5 === 0 ? 'length' : 'stop',
              tokensIn: 1,
              tokensOut: 1,
              ms: 1,
              hash: '',
            });
          };
          const { events } = await play(input, { llm });
          expectLawful(input, events, requests);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps the verdict’s share of the budget when calls are few', async () => {
    const input = inputOf({ plan: 'standard', settings: { maxCalls: 150 } });
    const model = modelFor(input, world({ base: 0.2, effects: { contract: 0.2, free: 0.7 } }));
    const { events } = await play(input, model);
    expectLawful(input, events, model.requests);
    expect(of(events, 'scored').filter((s) => s.part === 'verdict').length).toBeGreaterThan(0);
  });

  it.each([
    ['standard', 150],
    ['thorough', 400],
    ['quick', 95],
    ['thorough', 61],
  ] as const)('still searches when max_calls pays for only part of the %s plan (%i)', async (plan, maxCalls) => {
    const input = inputOf({ plan, settings: { maxCalls }, task: { rows: countingRows(200) } });
    const model = modelFor(input, world({ base: 0.2, effects: { contract: 0.2, free: 0.7 } }));
    const { events, state } = await play(input, model);
    expectLawful(input, events, model.requests);
    const finalists = new Set(of(events, 'scored').filter((s) => s.part === 'fresh').map((s) => s.candidate)); // prettier-ignore
    expect(finalists.size).toBeGreaterThanOrEqual(2);
    expect(state.verdict!.looks).toBeGreaterThan(0);
  });

  it('lets a dear first call not end the search of a run with minutes to spare', async () => {
    const input = inputOf({ plan: 'quick', settings: { maxMinutes: 60 } });
    const model = modelFor(input, world({ base: 0.2, effects: { contract: 0.2, free: 0.7 } }));
    const llm: Llm = async (request) => ({ ...(await model.llm(request)), ms: request.purpose === 'solve' ? 5_000 : 90_000 });
    const { state } = await play(input, { llm });
    expect(state.verdict!.looks).toBeGreaterThan(0);
  });

  it('keeps the practice rows it has when the minutes are over', async () => {
    const input = inputOf({ plan: 'standard', task: { rows: [] }, settings: { maxMinutes: 3 } });
    const model = new SimulatedModel(world({ base: 0.9, effects: { free: 0.1 } }), []);
    const llm: Llm = async (request) => ({ ...(await model.llm(request)), ms: 6_000 });
    const { events } = await play(input, { llm });
    expect(of(events, 'rows-made')[0]!.rows.length).toBeGreaterThan(0);
    expect(of(events, 'done')).toHaveLength(1);
  });

  it('scores start and result on the same rows, wherever the budget ends', async () => {
    for (let maxMinutes = 2; maxMinutes <= 20; maxMinutes++) {
      const input = inputOf({ plan: 'quick', settings: { maxMinutes } });
      const model = modelFor(input, world({ base: 0.1, effects: { contract: 0.3, free: 0.9 } }));
      const llm: Llm = async (request) => ({ ...(await model.llm(request)), ms: 7_000 });
      const { state } = await play(input, { llm });
      const { start, final } = state.verdict!;
      expect(start?.rows).toBe(final?.rows);
    }
  });

  it('ends on its minutes with what was found', async () => {
    const input = inputOf({ plan: 'standard', settings: { maxMinutes: 1 } });
    const slow = modelFor(input, world());
    const llm: Llm = async (request) => ({ ...(await slow.llm(request)), ms: 1500 });
    const { events, state } = await play(input, { llm });
    expect(state.budget.ms).toBeLessThanOrEqual(63_000);
    expect(of(events, 'done')).toHaveLength(1);
  });

  it('works out the answers to inputs that came without, twice, and shows them for checking', async () => {
    const answered = countingRows(10);
    const input = inputOf({ task: { rows: answered.map(({ answer: _, ...row }) => row) } });
    const { events, state } = await play(input, new SimulatedModel(world({ base: 0.9, effects: {} }), answered));
    const made = eventsOf(events, 'rows-made')[0]!.rows;
    const own = made.filter((row) => row.id.startsWith('r'));
    expect(own.length).toBeGreaterThan(4);
    expect(own.every((row) => row.origin === 'synthetic' && row.answer)).toBe(true);
    expect(state.result!.quality).not.toBe('held-out');
    expectLaws(input, events);
  });
  it('makes practice rows for a lone prompt, shows them, and measures on those the person kept', async () => {
    const input = inputOf({ plan: 'quick', task: { rows: [] } });
    let shown = 0;
    const { events, state } = await play(input, new SimulatedModel(world({ base: 0.45, effects: { contract: 0.05, free: 0.5 } }), []), {
      review: (q) => {
        shown = q.rows.length;
        return Promise.resolve(q.rows.slice(1));
      },
    });
    expect(shown).toBeGreaterThanOrEqual(8);
    expect(of(events, 'rows-reviewed')[0]!.rows).toHaveLength(shown - 1);
    expect(['synthetic', 'none']).toContain(state.result!.quality);
  });

  it('says not measured for a lone prompt in the trial plan, after one call', async () => {
    const input = inputOf({ plan: 'trial', task: { rows: [] } });
    const model = new SimulatedModel(world(), []);
    const { state } = await play(input, model);
    expect(model.requests).toHaveLength(1);
    expect(state.result).toMatchObject({ quality: 'none', qualityScore: 0, verdict: { outcome: 'not-measured' } });
    expect(state.result!.optimizedPrompt).toContain('Answer the question.');
  });

  it('asks the first two of the race the fresh rows, and lets the better one meet the start', async () => {
    let chosen = 0;
    for (let seed = 0; seed < 30; seed++) {
      const input = inputOf({ plan: 'quick', seed });
      const { events } = await play(input, modelFor(input, world({ seed, base: 0.3, effects: { contract: 0.05, free: 0.3, demos: 0.3 } })));
      const rungs = of(events, 'rung');
      const [first, second] = rungs.at(-1)!.kept.filter((id) => id !== 'c0');
      const met = of(events, 'acceptance')[0];
      if (!met || !second) continue;
      expect([first, second]).toContain(met.candidate);
      if (met.candidate === second) chosen++;
      const fresh = new Set(of(events, 'scored').filter((s) => s.part === 'fresh').map((s) => s.candidate)); // prettier-ignore
      for (const id of [first!, second]) expect(fresh).toContain(id);
    }
    expect(chosen).toBeGreaterThan(0);
  });

  it('gives the plain sentence the verdict when nothing was accepted, and delivers it only when proven', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 80; seed++) {
      const input = inputOf({ plan: 'quick', seed });
      const { events, state } = await play(input, modelFor(input, world({ seed, base: 0.4, promptShare: 0.6, effects: { free: 0.15 } })));
      if (of(events, 'acceptance').some((a) => a.accepted)) continue;
      const { verdict } = state.result!;
      if (verdict.challenger === 'c0') continue;
      expect(state.candidates[verdict.challenger]!.candidate.madeBy.kind).toBe('free-baseline');
      expect(verdict.result === 'c0').toBe(verdict.outcome !== 'better');
      seen.add(verdict.outcome);
    }
    expect(seen.size).toBeGreaterThan(0);
  });

  it('goes on after the first look as long as a gain can still be shown', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const input = inputOf({ plan: 'quick', seed });
      const { events, state } = await play(input, modelFor(input, world({ seed, base: 0.4, effects: { free: 0.25 } })));
      const [look] = of(events, 'verdict-look');
      if (look && look.power !== null && look.power >= 0.01 && state.result!.verdict.reason !== 'sign-test')
        expect(of(events, 'verdict-look')).toHaveLength(2);
      if (state.result!.verdict.reason === 'hopeless') expect(look!.power).toBeLessThan(0.01);
    }
  });

  it('has no verdict rows under twenty rows, and says so', async () => {
    const input = inputOf({ plan: 'quick', task: { rows: countingRows(16) } });
    const { state } = await play(input, modelFor(input, world({ base: 0, effects: { contract: 0, free: 1 } })));
    expect(state.verdict).toMatchObject({ outcome: 'inconclusive', reason: 'no-held-out-rows', looks: 0 });
    expect(state.result!.quality).toBe('selection');
  });

  it('hands the plain sentence back when the search is not ahead of it', async () => {
    let seen = 0;
    for (let seed = 0; seed < 40; seed++) {
      const input = inputOf({ plan: 'quick', seed });
      const { state } = await play(input, modelFor(input, world({ seed, base: 0.1, effects: { contract: 0, free: 0.8, demos: 0.8 } })));
      if (state.verdict!.reason !== 'free-baseline-does-as-well') continue;
      seen++;
      expect(state.result!.optimizedPrompt).toContain('Think step by step.');
      expect(state.verdict!.againstFree).not.toBeNull();
    }
    expect(seen).toBeGreaterThan(0);
  });
});

describe('a request that cannot be run', () => {
  const refused = async (input: OptimizeInput) => {
    const model = modelFor(input, world());
    await expect(play(input, model)).rejects.toMatchObject({ name: 'input' });
    expect(model.requests).toHaveLength(0);
    return play(input, model).catch((e: Error) => e.message);
  };
  it('asks for a prompt when there is only whitespace', async () => {
    expect(await refused(inputOf({ task: { prompt: ' \n\t ' } }))).toBe('Please enter a prompt to optimize.');
  });
  it('names the numbers when the prompt is too long', async () => {
    expect(await refused(inputOf({ task: { prompt: 'word '.repeat(20_000) } }))).toMatch(/20,000 tokens.*1,180/s);
  });
  it('names the calls that would do when there are too few', async () => {
    expect(await refused(inputOf({ settings: { maxCalls: 5 } }))).toMatch(/max_calls is 5; the smallest plan needs \d+ calls/);
  });
});

describe('a lone prompt', () => {
  const saying = (understood: object): Llm => {
    return (request) => {
      const text = request.purpose === 'understand' ? JSON.stringify(understood) : '{"rows": []}';
      return Promise.resolve({ text, finish: 'stop', tokensIn: 1, tokensOut: 1, ms: 1, hash: '' });
    };
  };
  it('is not told to answer with letters that it never speaks of', async () => {
    const input = inputOf({ plan: 'quick', task: { rows: [] } });
    const { state } = await play(input, { llm: saying({ kind: 'choice', task: 'Answer.' }) });
    expect(state.task!.metric).toEqual({ kind: 'exact' });
    expect(state.result!.optimizedPrompt).not.toContain('(A)');
  });
  it('asks nobody to check an empty list of practice rows', async () => {
    const input = inputOf({ plan: 'quick', task: { rows: [] } });
    const review = () => Promise.reject(new Error('asked'));
    const { state } = await play(input, { llm: saying({ kind: 'number', task: 'Answer.' }) }, { review });
    expect(state.result!.quality).toBe('none');
  });
});
