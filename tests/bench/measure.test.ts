import { describe, expect, it } from 'vitest';
import { KINDS, worldOf, type Kind } from '../world/kinds.ts';
import { SimulatedModel, countingRows } from '../world/model.ts';
import type { ArmName } from './arms.ts';
import { measure } from './measure.ts';
import { overKinds, pairedGain, sumsOf } from './sums.ts';

const sums = async (arm: ArmName, kind: Kind, worlds: number) => {
  const runs = [];
  for (let seed = 0; seed < worlds; seed++) runs.push(await measure(arm, kind, seed));
  return sumsOf(runs);
};

describe('the method in simulated worlds', () => {
  it('loses no run to replies that nobody can read; the published algorithm does', async () => {
    const [ours, theirs] = [await sums('quick', '10 % unreadable', 12), await sums('upstream', '10 % unreadable', 30)];
    expect(ours.lost).toBe(0);
    expect(theirs.lost).toBeGreaterThan(3);
    expect(theirs.lost).toBeLessThan(20);
  });

  it('hardly ever delivers a prompt that is worse where nothing helps; the published algorithm mostly does', async () => {
    const [ours, theirs] = [await sums('quick', 'nothing helps', 60), await sums('upstream, short', 'nothing helps', 20)];
    expect(ours.worse).toBeLessThanOrEqual(2);
    expect(theirs.worse).toBeGreaterThan(10);
  });

  it('gains at least twice as much where reasoning helps', async () => {
    const [ours, theirs] = [await sums('quick', 'reasoning helps', 30), await sums('upstream', 'reasoning helps', 30)];
    expect(ours.gain).toBeGreaterThan(0.1);
    expect(ours.gain).toBeGreaterThan(2 * theirs.gain);
    expect(ours.calls).toBeLessThan(theirs.calls);
  });

  it('gives the same numbers for the same world', async () => {
    const [once, again] = [await measure('quick', 'one style helps', 3), await measure('quick', 'one style helps', 3)];
    expect({ ...again, own: 0 }).toEqual({ ...once, own: 0 });
  });
});

describe('a simulated world', () => {
  it('answers each prompt right exactly as often as its truth says', async () => {
    for (const kind of KINDS) {
      const rows = countingRows(2000);
      const model = new SimulatedModel(worldOf(kind, 5), rows);
      model.record = false;
      const prompt = 'Answer the question. Think step by step.\n\nEnd with the number alone in <answer></answer> tags.';
      let right = 0;
      for (const row of rows) {
        const content = `${prompt}\n\n${row.question}`;
        const { text } = await model.llm({ purpose: 'solve', messages: [{ role: 'user', content }], maxTokens: 300, temperature: 0, seed: 0 }); // prettier-ignore
        if (text.includes(`<answer>${row.answer}</answer>`)) right++;
      }
      const { score } = model.truth([{ role: 'user', content: `${prompt}\n\nWhy?` }], 'Why?');
      // Four standard errors of 2,000 rows.
      expect(Math.abs(right / rows.length - score), kind).toBeLessThan(0.045);
    }
  });

  it('differs from seed to seed, and is the same for the same seed', () => {
    expect(worldOf('nothing helps', 1)).toEqual(worldOf('nothing helps', 1));
    expect(worldOf('nothing helps', 1).base).not.toBe(worldOf('nothing helps', 2).base);
  });
});

describe('sums', () => {
  const run = (seed: number, start: number, final: number, lost = false) => ({ seed, lost, start, free: start, final, made: '', reason: '', outcome: null, calls: 10, tokens: 100, own: 1 }); // prettier-ignore

  it('count what is more than a point worse, and leave lost runs out', () => {
    const found = sumsOf([run(0, 0.5, 0.6), run(1, 0.5, 0.492), run(2, 0.5, 0.48), run(3, 0.5, 0.5, true)]);
    expect(found).toMatchObject({ runs: 4, lost: 1, worse: 1, calls: 10 });
    expect(found.gain).toBeCloseTo((0.1 - 0.008 - 0.02) / 3, 12);
    // statsmodels 0.15.0: proportion_confint(1, 3, method='wilson')
    expect(found.worseLimit).toBeCloseTo(0.7923403991979523, 9);
    expect(overKinds([found, found])).toMatchObject({ runs: 8, worse: 2, calls: 10 });
  });

  it('compare arms in the same worlds only', () => {
    const [a, b] = [sumsOf([run(0, 0.5, 0.6), run(1, 0.5, 0.7)]), sumsOf([run(1, 0.5, 0.6), run(0, 0.5, 0.6), run(2, 0.5, 0.9)])];
    expect(pairedGain(a, b).mean).toBeCloseTo(0.05, 12);
    expect(pairedGain(a, b).error).toBeCloseTo(0.05 / Math.SQRT2, 12);
  });
});
