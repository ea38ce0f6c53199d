import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/promptwizard/random.ts';
import { binomialAtLeast, binomialProbability } from '../../src/promptwizard/stats/binomial.ts';
import {
  accepts,
  bootstrapMeanInterval,
  compare,
  keepsUndecided,
  macroF1,
  newcombePaired,
  O_BRIEN_FLEMING,
  signTest,
  wilson,
} from '../../src/promptwizard/stats.ts';

describe('macroF1', () => {
  const pairs = (gold: (string | number)[], read: (string | number | null)[]) =>
    gold.map((g, i) => ({ gold: String(g), read: read[i] === null ? null : String(read[i]) }));

  // scikit-learn's documentation of f1_score: 0.26….
  test('gives the documented value of scikit-learn', () =>
    expect(macroF1(pairs([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]))).toBeCloseTo(0.26666666666666666, 12));

  test('counts a label that is never said as 0, and one that nobody has where it is asked for', () => {
    const given = pairs(['a', 'a', 'b', 'b', 'c'], ['a', 'a', 'b', 'a', 'b']);
    expect(macroF1(given)).toBeCloseTo((4 / 5 + 2 / 4 + 0) / 3, 12);
    expect(macroF1(given, ['a', 'b', 'c', 'd'])).toBeCloseTo((4 / 5 + 2 / 4 + 0) / 4, 12);
  });
  test('takes an unreadable reply as a miss of its label alone', () =>
    expect(macroF1(pairs(['a', 'b'], ['a', null]))).toBeCloseTo((1 + 0) / 2, 12));
  test('is 1 when all are right, and nothing without labels', () => {
    expect(macroF1(pairs(['x', 'y', 'y'], ['x', 'y', 'y']))).toBe(1);
    expect(macroF1([])).toBeNull();
  });
});

describe('binomial tails', () => {
  // scipy 1.17.1: binom.sf(k - 1, n, p)
  test.each([
    [3, 10, 0.2, 0.32220047360000015],
    [40, 100, 0.3, 0.020988576003924706],
    [290, 300, 0.99, 0.9997351562946678],
    [1, 1000, 0.0001, 0.09516710644145375],
    [2600, 5000, 0.5, 0.002441824868758747],
    [0, 5, 0.3, 1],
  ])('P(%i or more of %i at %d) is as scipy has it', (k, n, p, wanted) => {
    expect(binomialAtLeast(k, n, p)).toBeCloseTo(wanted, 10);
  });

  test('the two tails add up to one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), fc.double({ min: 0, max: 1, noNaN: true }), (n, k, p) => {
        fc.pre(k <= n);
        expect(binomialAtLeast(k, n, p) + binomialAtLeast(n - k + 1, n, 1 - p)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('signTest', () => {
  // scipy 1.17.1: binomtest(wins, wins + losses).pvalue
  test.each([
    [3, 0, 0.25],
    [5, 0, 0.0625],
    [6, 0, 0.03125],
    [9, 1, 0.021484375],
    [26, 3, 1.5236437320709229e-5],
    [20, 8, 0.03569813817739487],
    [100, 60, 0.001953728034064355],
    [1500, 1400, 0.06598734966518463],
    [10, 10, 1],
    [0, 0, 1],
  ])('%i won, %i lost', (wins, losses, p) => {
    expect(signTest(wins, losses)).toBeCloseTo(p, 10);
    expect(signTest(losses, wins)).toBe(signTest(wins, losses));
  });
});

describe("O'Brien and Fleming's two looks", () => {
  test('are two-sided p of z = 1.977·√2 and 1.977', () => {
    // scipy 1.17.1: 2 * norm.sf(z) = 0.005176 and 0.048042; the bound itself solved over multivariate_normal.cdf: 1.97743,
    // which gives 0.005166 and 0.047993.
    expect(O_BRIEN_FLEMING).toEqual({ first: 0.0052, final: 0.048 });
  });

  test('call at most one verdict in forty a gain when there is none, whatever share of the rows is decided', () => {
    // Summed over both looks of 30 rows, 30 % of them decided, with scipy 1.17.1's binom and binomtest: 0.010423.
    expect(falseGains(30, 0.3)).toBeCloseTo(0.010423260503286139, 9);
    for (const rows of [12, 20, 30, 60]) for (const decided of [0.1, 0.3, 0.6, 1]) expect(falseGains(rows, decided)).toBeLessThan(0.025); // prettier-ignore
  });
});

/** Chance that two looks at `rows` end in a gain when won and lost are as likely, each row decided with chance `decided`. */
function falseGains(rows: number, decided: number): number {
  const half = Math.floor(rows / 2);
  const chance = (n: number, m: number, w: number) => binomialProbability(m, n, decided) * binomialProbability(w, m, 0.5);
  const gain = (wins: number, losses: number, bound: number) => wins > losses && signTest(wins, losses) <= bound;
  let sum = 0;
  for (let m1 = 0; m1 <= half; m1++)
    for (let w1 = 0; w1 <= m1; w1++) {
      const first = chance(half, m1, w1);
      if (gain(w1, m1 - w1, O_BRIEN_FLEMING.first)) sum += first;
      else
        for (let m2 = 0; m2 <= rows - half; m2++)
          for (let w2 = 0; w2 <= m2; w2++)
            if (gain(w1 + w2, m1 + m2 - w1 - w2, O_BRIEN_FLEMING.final)) sum += first * chance(rows - half, m2, w2);
    }
  return sum;
}

describe('wilson', () => {
  // statsmodels 0.15.0: proportion_confint(k, n, method='wilson'). 81 of 263 is the worked example of Newcombe,
  // Statistics in Medicine 1998, 17:857–872: 0.2553 to 0.3662.
  test.each([
    [81, 263, 0.2552885198782742, 0.36620957698280004],
    [15, 60, 0.15776522530056675, 0.37232070077047824],
    [1, 20, 0.008881448800795402, 0.2361311934467421],
    [29, 30, 0.8332960900859081, 0.9940914096183875],
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371106, 1],
  ])('%i of %i', (k, n, low, high) => {
    const [l, h] = wilson(k, n);
    expect(l).toBeCloseTo(low, 12);
    expect(h).toBeCloseTo(high, 12);
  });

  test('knows nothing without rows', () => expect(wilson(0, 0)).toEqual([0, 1]));
});

describe('newcombePaired', () => {
  // The first is published: Altman et al., Statistics with Confidence, 2000, table 6.2. The others were computed in
  // Python from statsmodels' Wilson limits and the paper's correction of phi.
  test.each([
    [14, 5, 0, 22, 0.011, 0.226, 3],
    [1, 1, 7, 12, -0.506920226686, -0.025559124165, 12],
    [59, 6, 16, 80, -0.118621195639, -0.004625113933, 12],
    [36, 12, 2, 0, 0.056929584003, 0.340427602975, 12],
    [20, 12, 2, 16, 0.056156424842, 0.3292069954, 12],
    [53, 1, 0, 0, -0.049621661889, 0.097714374888, 12],
    [54, 0, 0, 0, -0.066413588091, 0.066413588091, 12],
    [0, 30, 0, 0, 0.839467819862, 1, 12],
  ])('both %i, challenger %i, start %i, neither %i', (a, b, c, d, low, high, digits) => {
    const [l, h] = newcombePaired(a, b, c, d);
    const round = (x: number) => Number(x.toFixed(digits));
    expect([round(l), round(h)]).toEqual([low, high]);
  });

  test('holds the difference, stays in [-1, 1] and turns over with the arms', () => {
    const count = fc.nat(60);
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        fc.pre(a + b + c + d > 0);
        const [low, high] = newcombePaired(a, b, c, d);
        const difference = (b - c) / (a + b + c + d);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(difference + 1e-12);
        expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
        const [low2, high2] = newcombePaired(a, c, b, d);
        expect(low2).toBeCloseTo(-high, 10);
        expect(high2).toBeCloseTo(-low, 10);
      }),
    );
  });

  test('says anything is possible without rows', () => expect(newcombePaired(0, 0, 0, 0)).toEqual([-1, 1]));
});

describe('bootstrapMeanInterval', () => {
  const differences = Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) / 60 - 0.4);

  test('is near the normal interval for a well-behaved sample, and the same for the same seed', () => {
    // Mean 0.0917, standard error of the mean (population) 0.0373.
    const [low, high] = bootstrapMeanInterval(differences, createRng(7));
    expect(low).toBeCloseTo(0.0917 - 1.96 * 0.0373, 1);
    expect(high).toBeCloseTo(0.0917 + 1.96 * 0.0373, 1);
    expect(low).toBeLessThan(0.0917 - 0.05);
    expect(high).toBeGreaterThan(0.0917 + 0.05);
    // scipy 1.17.1: bootstrap(…, np.mean, n_resamples=20000, method='percentile') = 0.0172 to 0.1645.
    expect(Math.abs(low - 0.0172)).toBeLessThan(0.008);
    expect(Math.abs(high - 0.1645)).toBeLessThan(0.008);
    expect(bootstrapMeanInterval(differences, createRng(7))).toEqual([low, high]);
    expect(bootstrapMeanInterval(differences, createRng(8))).not.toEqual([low, high]);
  });

  test('has no width when all rows agree', () => expect(bootstrapMeanInterval([0.5, 0.5], createRng(1))).toEqual([0.5, 0.5]));
  test('refuses no rows', () => expect(() => bootstrapMeanInterval([], createRng(1))).toThrow(RangeError));
});

describe('keepsUndecided', () => {
  // 0.7·√10 = 2.2, 0.7·√25 = 3.5, 0.7·√40 = 4.4; never fewer than two.
  test.each([
    [2, 0, true],
    [1, 0, false],
    [3, 2, false],
    [7, 3, true],
    [6, 4, false],
    [14, 11, false],
    [15, 11, true],
    [22, 18, false],
    [23, 18, true],
    [3, 7, false],
  ])('%i won, %i lost: %s', (wins, losses, wanted) => expect(keepsUndecided(wins, losses)).toBe(wanted));
});

describe('accepts', () => {
  test.each([
    [0, 0, false],
    [1, 0, false],
    [2, 0, true],
    [2, 1, false],
    [3, 1, true],
    [6, 3, true],
    [5, 3, false],
    [10, 6, true],
    [10, 7, false],
    [0, 4, false],
    [0, 9, false],
  ])('%i won, %i lost: %s', (wins, losses, wanted) => expect(accepts(wins, losses)).toBe(wanted));
});

describe('compare', () => {
  const pair = (a: number, b: number, times: number) => Array.from({ length: times }, () => ({ a, b }));

  test('counts rows and gives Newcombe’s interval for 0/1 scores', () => {
    const pairs = [...pair(1, 1, 14), ...pair(1, 0, 5), ...pair(0, 0, 22)];
    const found = compare(pairs, { binary: true });
    expect(found).toMatchObject({ rows: 41, wins: 5, losses: 0, ties: 36, pValue: 0.0625 });
    expect(found.difference).toBeCloseTo(5 / 41, 12);
    expect(found.interval).toEqual(newcombePaired(14, 5, 0, 22));
  });

  test('calls graded scores tied up to 0.05, rounding included', () => {
    const found = compare([{ a: 0.35, b: 0.3 }, { a: 0.36, b: 0.3 }, { a: 0.3, b: 0.36 }, { a: 0.2, b: 0.9 }], { binary: false }); // prettier-ignore
    expect(found).toMatchObject({ wins: 1, losses: 2, ties: 1, interval: null });
  });

  test('gives graded scores a seeded interval from 20 rows on', () => {
    const pairs = Array.from({ length: 20 }, (_, i) => ({ a: 0.5 + i / 100, b: 0.4 }));
    expect(compare(pairs.slice(1), { binary: false, rng: createRng(3) }).interval).toBeNull();
    const { interval, difference } = compare(pairs, { binary: false, rng: createRng(3) });
    expect(interval![0]).toBeLessThan(difference);
    expect(interval![1]).toBeGreaterThan(difference);
    expect(compare(pairs, { binary: false, rng: createRng(3) }).interval).toEqual(interval);
    expect(compare(pairs, { binary: false, rng: createRng(3), interval: false }).interval).toBeNull();
  });

  test('claims nothing without rows', () => {
    expect(compare([], { binary: true })).toEqual({ rows: 0, wins: 0, losses: 0, ties: 0, difference: 0, interval: null, pValue: 1 });
  });
});
