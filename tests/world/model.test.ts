import { describe, expect, it } from 'vitest';
import type { LlmRequest, Purpose } from '../../src/promptwizard/llm.ts';
import { readObject, readStrings } from '../../src/promptwizard/json.ts';
import { worldOf } from './kinds.ts';
import { countingRows, SimulatedModel } from './model.ts';

const model = (knobs = {}) => new SimulatedModel({ ...worldOf('nothing helps', 1), unreadable: 0, emptyCritique: 0, ...knobs }, countingRows(20)); // prettier-ignore
const request = (purpose: string, content: string, more: object = {}): LlmRequest => ({ purpose: purpose as Purpose, messages: [{ role: 'user', content }], maxTokens: 400, temperature: 0.7, seed: 1, schema: { type: 'object' }, ...more }); // prettier-ignore

describe('the simulated model', () => {
  it.each([
    ['understand', 'task'],
    ['mutate', 'variants'],
    ['critique', 'causes'],
    ['refine', 'instruction'],
    ['persona', 'persona'],
    ['keywords', 'keywords'],
    ['make-rows', 'rows'],
    ['make-inputs', 'inputs'],
  ])('answers the purpose %s in form', async (purpose, key) => {
    const reply = await model().llm(request(purpose, '<instruction>\nAnswer the question.\n</instruction>\nWrite 3 new versions.'));
    expect(readObject(reply.text)?.[key]).toBeTruthy();
    expect(reply.finish).toBe('stop');
  });

  it('judges by letters: as many as asked for, each one of those allowed, with their chances', async () => {
    const letters = { letters: { of: ['y', 'n'], count: 2 }, schema: undefined };
    const asked = 'Is the text clear?\nIs the text polite?\nThis draft is clear, short.';
    const reply = await model().llm(request('judge', asked, letters));
    expect(reply.text).toBe('yn');
    expect((reply as { probabilities?: number[][] }).probabilities).toEqual([[0.9, 0.1], [0.1, 0.9]]); // prettier-ignore
    const two = { letters: { of: ['A', 'B'], count: 1 }, schema: undefined };
    expect((await model().llm(request('compare', 'This draft is clear.\nThis draft is clear, short.', two))).text).toBe('B');
    expect((await model().llm(request('coherence', 'Is it sound?', { letters: { of: ['y', 'n'], count: 1 }, schema: undefined }))).text).toBe('y'); // prettier-ignore
  });

  it('writes as many variants as asked for, and leaks a row about as often as it is told to', async () => {
    const rows = countingRows(20);
    const leaks = async (more: string) => {
      let found = 0;
      for (let seed = 0; seed < 300; seed++) {
        const asked = `<instruction>\nAnswer the question.\n</instruction>\n${more}\nWrite 3 new versions.`;
        const reply = await model().llm(request('mutate', asked, { seed }));
        const texts = readStrings(reply.text, 'variants', false);
        expect(texts).toHaveLength(3);
        found += texts.filter((text) => text.includes('For instance: ')).length;
      }
      return found / 900;
    };
    expect(await leaks('')).toBeCloseTo(1 / 18, 1);
    expect(await leaks(rows[3]!.question)).toBeCloseTo(7 / 15, 1);
  });

  it('cuts, refuses and runs away as often as the world has it', async () => {
    const rows = countingRows(2000);
    const shaky = new SimulatedModel({ ...worldOf('10 % unreadable', 1), seed: 2 }, rows);
    const replies = await Promise.all(rows.map((row) => shaky.llm({ ...request('solve', `Answer the question.\n\nEnd with <answer></answer>.\n\n${row.question}`), temperature: 0, seed: 0 }))); // prettier-ignore
    expect(replies.filter((r) => !/<answer>\d+</.test(r.text)).length / rows.length).toBeCloseTo(0.1, 1);
    expect(replies.some((r) => r.finish === 'length' && r.tokensOut === 400)).toBe(true);
    expect(replies.some((r) => r.text.startsWith('I am sorry'))).toBe(true);
  });
});
