import { describe, expect, test } from 'vitest';
import { conditionalPower, furtherRowsNeeded, ratesFor, smallestShowableGain } from '../../src/promptwizard/stats.ts';

describe('conditionalPower', () => {
  // Summed over the whole trinomial in Python with scipy 1.17.1's binomtest for each end.
  test.each([
    [3, 0, 15, 0.295, 0.005, 0.8326888429813702],
    [2, 3, 15, 0.3, 0.02, 0.003186648504543065],
    [0, 4, 15, 0.295, 0.02, 3.995611100480114e-7],
    [5, 2, 30, 0.255, 0.045, 0.5754027574974888],
    [0, 0, 12, 0.64, 0.02, 0.8048264011534092],
    [0, 0, 40, 0.2, 0.1, 0.12853735717682288],
    [6, 0, 0, 0.2, 0.1, 1],
    [5, 0, 0, 0.2, 0.1, 0],
  ])('%i won, %i lost, %i to come at rates %d and %d', (wins, losses, remaining, win, loss, wanted) => {
    expect(conditionalPower({ wins, losses, remaining, rates: { win, loss } })).toBeCloseTo(wanted, 9);
  });

  test('is lower for a stricter bound and never counts a test that the start won', () => {
    const look = { wins: 3, losses: 0, remaining: 15, rates: { win: 0.3, loss: 0.02 } };
    expect(conditionalPower({ ...look, bound: 0.0052 })).toBeLessThan(conditionalPower(look));
    expect(conditionalPower({ wins: 0, losses: 9, remaining: 0, rates: { win: 0.3, loss: 0 } })).toBe(0);
    expect(conditionalPower({ wins: 0, losses: 0, remaining: 30, rates: { win: 0, loss: 0 } })).toBe(0);
  });
});

describe('smallestShowableGain', () => {
  test.each([
    [12, 62],
    [20, 41],
    [30, 29],
    [60, 21],
    [105, 16],
    [150, 13],
  ])('%i rows show %i points', (rows, points) => expect(smallestShowableGain(rows)).toBe(points / 100));

  // The whole trinomial, summed with scipy 1.17.1's binom and binomtest: power at the gain promised, and a point below it.
  test.each([
    [12, 62, 0.8048, 0.7897],
    [20, 41, 0.8108, 0.7916],
    [30, 29, 0.8052, 0.7797],
    [60, 21, 0.8296, 0.7786],
    [105, 16, 0.83, 0.7704],
    [150, 13, 0.8018, 0.7274],
  ])('%i rows and %i points have 80 %% power, and a point less has not', (rows, points, at, below) => {
    const power = (gain: number) => conditionalPower({ wins: 0, losses: 0, remaining: rows, rates: ratesFor(gain) });
    expect(power(points / 100)).toBeCloseTo(at, 3);
    expect(power(points / 100 - 0.01)).toBeCloseTo(below, 3);
  });

  test('fewer than six rows show nothing', () => {
    expect(smallestShowableGain(0)).toBe(Infinity);
    expect(smallestShowableGain(5)).toBe(Infinity);
    expect(smallestShowableGain(6)).toBe(0.95);
  });

  test('the promise shares out its rows as it says', () => {
    expect(ratesFor(0.1).loss).toBeCloseTo(0.1, 12);
    expect(ratesFor(0.1).win).toBeCloseTo(0.2, 12);
    expect(ratesFor(0.5)).toEqual({ win: 0.52, loss: 0.02 });
    expect(ratesFor(Infinity)).toEqual({ win: 0.98, loss: 0.02 });
    expect(conditionalPower({ wins: 1, losses: 0, remaining: 3, rates: ratesFor(smallestShowableGain(4)) })).toBe(0);
  });
});

describe('furtherRowsNeeded', () => {
  // Smallest size with 80 % power, searched in Python with scipy 1.17.1, less the rows asked.
  test.each([
    [6, 2, 22, 96],
    [12, 5, 43, 116],
    [4, 0, 26, 28],
  ])('%i won, %i lost, %i tied: %i rows more', (wins, losses, ties, wanted) => expect(furtherRowsNeeded(wins, losses, ties)).toBe(wanted));

  test('no number of rows helps one that is not ahead, or hardly', () => {
    expect(furtherRowsNeeded(3, 3, 4)).toBeNull();
    expect(furtherRowsNeeded(0, 0, 30)).toBeNull();
    expect(furtherRowsNeeded(101, 100, 0)).toBeNull();
  });
});
