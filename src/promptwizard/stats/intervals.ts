import type { Rng } from '../random.ts';

/** The normal quantile of 97.5 %. */
const Z = 1.959963984540054;

/**
 * 95 % score interval of a share, k of n (Wilson, JASA 1927, 22:209–212). [0, 1] for n = 0.
 */
export function wilson(k: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const p = k / n;
  const z2 = Z * Z;
  const middle = p + z2 / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  // At the ends the limit is the end itself, which rounding would miss by 1e-17.
  return [k === 0 ? 0 : (middle - half) / scale, k === n ? 1 : (middle + half) / scale];
}

/**
 * 95 % interval of the difference of two shares on the same rows, challenger minus start: the score intervals of both,
 * joined with the correlation of the pairs, corrected for continuity (Newcombe, Statistics in Medicine 1998,
 * 17:2635–2650, method 10).
 * @param a rows that both have right
 * @param b rows that only the challenger has right
 * @param c rows that only the start has right
 * @param d rows that neither has right
 */
export function newcombePaired(a: number, b: number, c: number, d: number): [number, number] {
  const n = a + b + c + d;
  if (n === 0) return [-1, 1];
  const p1 = (a + b) / n;
  const p2 = (a + c) / n;
  const [low1, high1] = wilson(a + b, n);
  const [low2, high2] = wilson(a + c, n);
  const product = a * d - b * c;
  const corrected = product > 0 ? Math.max(product - n / 2, 0) : product;
  const margins = (a + b) * (c + d) * (a + c) * (b + d);
  const phi = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const reach = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
  const difference = (b - c) / n;
  return [Math.max(-1, difference - reach(p1 - low1, high2 - p2)), Math.min(1, difference + reach(high1 - p1, p2 - low2))];
}

/**
 * 95 % percentile bootstrap interval of a mean (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 13). The quantiles are order statistics, not interpolated.
 * @throws RangeError without differences
 */
export function bootstrapMeanInterval(differences: readonly number[], rng: Rng, resamples = 2000): [number, number] {
  const n = differences.length;
  if (n === 0 || resamples < 1) throw new RangeError('An interval needs at least one difference and one resample.');
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[rng.int(n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const at = (share: number) => means[Math.min(resamples - 1, Math.max(0, Math.ceil(share * resamples) - 1))]!;
  return [at(0.025), at(0.975)];
}
