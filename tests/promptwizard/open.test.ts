import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Llm, LlmReply } from '../../src/promptwizard/llm.ts';
import { forecastPlan } from '../../src/promptwizard/budget.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import { checklist, filledUp } from '../../src/promptwizard/steps/checklist.ts';
import { chances } from '../../src/promptwizard/steps/judge.ts';
import { readInputs } from '../../src/promptwizard/steps/makeInputs.ts';
import type { PlanName, Task } from '../../src/promptwizard/types.ts';
import { eventsOf, expectLawful } from './laws.ts';
import { inputOf, modelFor, play, world } from './play.ts';

/** As of an engine that tells no chances. */
const inWords = (reply: LlmReply): LlmReply => {
  const copy = { ...reply };
  delete copy.probabilities;
  return copy;
};
const PROMPT = 'Write a friendly reply to a complaint';
const openInput = (o: { plan?: PlanName; task?: Partial<Task>; seed?: number } = {}) =>
  inputOf({ plan: o.plan ?? 'quick', seed: o.seed ?? 3, task: { prompt: PROMPT, rows: [], ...o.task } });
/** A world in which a prompt that says what is wanted gets it more often. */
const w = (listed: number) => world({ base: 0.4, effects: { listed } });
const ownInputs = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `u${i}`, question: `Write to customer ${i} about lamp ${i}.`, origin: 'user' as const }));

describe('a lone prompt for an open task', () => {
  it('comes back better within about 55 calls, with what changed and what it was judged on', async () => {
    const input = openInput();
    const { events, state } = await play(input, modelFor(input, w(0.5)));
    const { result } = state;
    expect(result!.calls).toBeLessThanOrEqual(62);
    expect(result!.calls).toBeLessThanOrEqual(forecastPlan(input.task, input.settings, 'quick', null).calls);
    expect(result!.optimizedPrompt).toContain('answered with yes:');
    expect(result!.verdict).toMatchObject({ outcome: 'inconclusive', reason: 'no-held-out-rows' });
    expect(result!.quality).toBe('judged');
    expect(result!.qualityScore).toBeGreaterThan(0.6);
    expect(result!.improvements[0]).toContain('Says what a good reply is known by: won');
    expect(state.task!.metric).toMatchObject({ kind: 'checklist' });
    expect(eventsOf(events, 'preferred')).toHaveLength(4);
    expectLawful(input, events);
  });
  it('is kept when nothing meets the checklist better', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const input = openInput({ seed });
      const { state } = await play(input, modelFor(input, w(-0.3)));
      if (state.result!.verdict.result !== 'c0')
        expect(state.candidates[state.result!.verdict.result]!.candidate.madeBy.kind).not.toBe('criteria');
    }
  });
  it('has a verdict on inputs that nothing else saw with the standard plan', async () => {
    const input = openInput({ plan: 'standard' });
    const { events, state } = await play(input, modelFor(input, w(0.5)));
    expect(state.split!.verdict.length).toBeGreaterThanOrEqual(8);
    expect(state.result!.verdict.looks).toBe(1);
    expect(state.result!.verdict.comparison!.rows).toBe(state.split!.verdict.length);
    expectLawful(input, events);
  });
  it('has neither contract nor free baseline nor examples', async () => {
    const input = openInput({ plan: 'standard' });
    const { state } = await play(input, modelFor(input, w(0.2)));
    const kinds = new Set(state.order.map((id) => state.candidates[id]!.candidate.madeBy.kind));
    for (const kind of ['contract', 'free-baseline', 'demos'] as const) expect(kinds).not.toContain(kind);
  });
  it('never tells the judge which prompt wrote a reply', async () => {
    const input = openInput();
    const model = modelFor(input, w(0.5));
    await play(input, model);
    const judged = model.requests.filter((r) => r.purpose === 'judge' || r.purpose === 'compare');
    expect(judged.length).toBeGreaterThan(20);
    for (const { messages, letters } of judged) {
      expect(letters).toBeDefined();
      expect(messages.map((m) => m.content).join()).not.toMatch(/answered with yes:|candidate|optimi[sz]ed|original|\bc\d\b/);
    }
    // Both orders of each pair.
    expect(model.requests.filter((r) => r.purpose === 'compare').length % 2).toBe(0);
  });
  it('survives a model that writes nonsense to everything', async () => {
    for (const seed of [1, 2, 3]) {
      const input = openInput({ seed });
      const { state } = await play(input, modelFor(input, world({ unreadable: 1, effects: {} })));
      expect(state.result!.verdict.outcome).toBe('not-measured');
      expect(state.result!.optimizedPrompt).toContain(PROMPT);
      expect(state.result!.qualityScore).toBe(0);
    }
  });
});

describe('inputs of the user for an open task', () => {
  it('are used as they are from eight on, and none is made', async () => {
    const input = openInput({ task: { rows: ownInputs(30) }, plan: 'quick' });
    const model = modelFor(input, w(0.5));
    const { events, state } = await play(input, model);
    expect(model.requests.some((r) => r.purpose === 'make-inputs')).toBe(false);
    expect(state.split!.heldOut.length).toBe(15);
    expect(state.result!.quality).toBe('judged');
    expectLawful(input, events);
  });
  it('are filled up when they are few', async () => {
    const input = openInput({ task: { rows: ownInputs(3) } });
    const { events, state } = await play(input, modelFor(input, w(0.5)));
    expect(state.practice!.rows).toHaveLength(8);
    expect(state.practice!.rows.slice(0, 3).map((r) => r.id)).toEqual(['u0', 'u1', 'u2']);
    expectLawful(input, events);
  });
  it('are judged by the checklist of the user, which is asked for from no model', async () => {
    const criteria = ['Is the text polite?', 'Is the text short?'];
    const input = openInput({ task: { rows: ownInputs(12), metric: { kind: 'checklist', criteria } } });
    const model = modelFor(input, w(0.5));
    const { state } = await play(input, model);
    expect(state.task!.metric).toEqual({ kind: 'checklist', criteria });
    expect(model.requests.some((r) => r.purpose === 'understand')).toBe(false);
  });
});

describe('what an open task must never do', () => {
  it.each([9, 12, 30])('shows no held-out input to any call before the verdict, with %i inputs of the user', async (n) => {
    for (const plan of ['quick', 'standard'] as const) {
      const input = openInput({ plan, task: { rows: ownInputs(n) } });
      const model = modelFor(input, w(0.5));
      const { events, state } = await play(input, model);
      const begun = events.findIndex((e) => e.type === 'phase' && e.phase === 'verdict');
      const before = eventsOf(begun < 0 ? events : events.slice(0, begun), 'call').length;
      const asked = model.requests.slice(0, before).map((r) => r.messages.map((m) => m.content).join('\n'));
      const heldOut = input.task.rows.filter((row) => state.split!.heldOut.includes(row.id));
      expect(heldOut.length > 0).toBe(n >= 20);
      for (const { question } of heldOut) for (const text of asked) expect(text).not.toContain(question);
    }
  });
  it('keeps the few inputs that it has shown out of the verdict', async () => {
    const input = openInput({ plan: 'standard', task: { rows: ownInputs(6) } });
    const model = modelFor(input, w(0.5));
    const { state } = await play(input, model);
    const shown = model.requests.find((r) => r.purpose === 'understand')!.messages[0]!.content;
    for (const row of input.task.rows) if (shown.includes(row.question)) expect(state.split!.race).toContain(row.id);
  });
  it('counts a reply against nobody when the judge can not be read', async () => {
    const input = openInput();
    const model = modelFor(input, w(0.5));
    let n = 0;
    const llm: Llm = async (request) => {
      const reply = await model.llm(request);
      if (request.purpose !== 'judge' || n++ % 5 > 0) return reply;
      const rest = inWords(reply);
      return { ...rest, text: 'That is hard to say.' };
    };
    const { events } = await play(input, { llm });
    for (const s of eventsOf(events, 'scored')) expect(s.read !== null || s.error !== undefined || s.finish !== 'stop').toBe(true);
  });
  it('spends more than it may on nothing: every budget ends with a verdict', async () => {
    for (const maxTokensTotal of [3_000, 8_000, 20_000]) {
      const input = inputOf({ plan: 'standard', seed: 3, task: { prompt: PROMPT, rows: ownInputs(40) }, settings: { maxTokensTotal } });
      const { state } = await play(input, modelFor(input, w(0.5)));
      const { verdict } = state.result!;
      if (verdict.comparison) expect(verdict.comparison.rows).toBeGreaterThan(0);
      if (verdict.result !== 'c0' && !verdict.comparison) expect(verdict.reason).toBe('budget');
    }
  });
  it('begins with fewer calls than the smallest plan needs', async () => {
    const input = inputOf({ plan: 'trial', task: { prompt: PROMPT, rows: ownInputs(8) }, settings: { maxCalls: 20 } });
    await expect(play(input, modelFor(input, w(0.5)))).rejects.toThrow(/max_calls is 20; the smallest plan needs \d+ calls/);
  });
  it('has a criterion with braces change where the input goes', async () => {
    const metric = { kind: 'checklist' as const, criteria: ['Does it name {{customer}} first?', 'Is the text short?'] };
    const input = openInput({ task: { rows: ownInputs(8), metric } });
    const { state } = await play(input, modelFor(input, w(0.5)));
    expect(state.order.map((id) => state.candidates[id]!.text).join()).not.toContain('{{customer}}');
  });
});

describe('replies that the checklist can not tell apart', () => {
  it('are put side by side, within the search', async () => {
    const input = openInput();
    const model = modelFor(input, w(0));
    // Everything meets the checklist; the listed prompt's replies are the better ones all the same.
    const llm: Llm = async (request) => {
      const reply = await model.llm(request);
      const text = request.messages.at(-1)!.content;
      if (request.purpose === 'solve')
        return { ...reply, text: text.includes('answered with yes:') ? `BEST ${reply.hash}` : `fine ${reply.hash}` };
      const rest = inWords(reply);
      if (request.purpose === 'judge') return { ...rest, text: 'y'.repeat(request.letters!.count) };
      if (request.purpose === 'compare') return { ...rest, text: text.indexOf('BEST') < text.indexOf('fine') ? 'A' : 'B' };
      return reply;
    };
    const { events, state } = await play(input, { llm });
    expect(eventsOf(events, 'acceptance').some((a) => a.accepted)).toBe(true);
    expect(state.result!.optimizedPrompt).toContain('answered with yes:');
    expect(state.notes.map((n) => n.code)).not.toContain('search-budget');
  });
});

describe('the checklist', () => {
  it('leaves out what is no question, what is asked upside down, and repeats', () => {
    expect(
      checklist([
        '1. Does the reply name the customer?',
        'Does the reply name the customer?',
        'Be polite to the customer.',
        'The reply is short and clear.',
        'Does the reply contain any spelling mistakes?',
        'Is the reply free of mistakes?',
        'Short?',
      ]),
    ).toEqual(['Does the reply name the customer?', 'The reply is short and clear.', 'Is the reply free of mistakes?']);
  });
  it('has at least four criteria and at most eight, each once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ maxLength: 60 }).map((s) => `Is the reply ${s}?`),
          { maxLength: 12 },
        ),
        (proposed) => {
          const found = filledUp(checklist(proposed));
          expect(found.length).toBeGreaterThanOrEqual(4);
          expect(found.length).toBeLessThanOrEqual(8);
          expect(new Set(found).size).toBe(found.length);
        },
      ),
    );
  });
});

describe('letters of a judge', () => {
  const reply = (text: string, probabilities?: number[][]) => ({ text, finish: 'stop' as const, tokensIn: 0, tokensOut: 0, ms: 0, hash: '', ...(probabilities ? { probabilities } : {}) }); // prettier-ignore
  const yn = (count: number) => ({ of: ['y', 'n'], count });
  it('are read from chances, else from what was written', () => {
    expect(chances(reply('yn', [[0.9, 0.1], [0.2, 0.8]]), yn(2))).toEqual([0.9, 0.2]); // prettier-ignore
    expect(chances(reply('yn'), yn(2))).toEqual([1, 0]);
    expect(chances(reply('1. Yes\n2. No'), yn(2))).toEqual([1, 0]);
    expect(chances(reply('y'), yn(2))).toBeNull();
    expect(chances(reply(''), yn(1))).toBeNull();
  });
  it('never throw, whatever was written', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 8 }), (text, count) => {
        const found = chances(reply(text), yn(count));
        if (found) expect(found).toHaveLength(count);
      }),
    );
  });
});

describe('inputs that a model made', () => {
  it('are read from objects, strings and bare arrays', () => {
    expect(readInputs('{"inputs": [{"input": "a"}, "b"]}', ['input'], false)).toEqual([{ question: 'a' }, { question: 'b' }]);
    expect(readInputs('[{"x": "1", "y": "2"}, {"x": "1"}]', ['x', 'y'], false)).toEqual([{ question: '', inputs: { x: '1', y: '2' } }]);
  });
  it('leave out the last of a cut reply', () => {
    expect(readInputs('{"inputs": ["a b c", "d e', ['input'], true)).toEqual([{ question: 'a b c' }]);
  });
});

it('a prompt for writing is forecast as an open task', () => {
  const task = { prompt: PROMPT, rows: [] };
  expect(forecastPlan(task, defaultSettings(), 'quick', null).calls).toBeLessThan(70);
});
