import type { Rng } from '../random.ts';
import type { Paired } from '../types.ts';
import { bootstrapMeanInterval, newcombePaired } from './intervals.ts';
import { signTest } from './signTest.ts';

/** Scores of one row in [0,1]: `a` the challenger's, `b` the start's. */
export interface ScorePair {
  a: number;
  b: number;
}

export interface CompareOptions {
  /** Whether scores are 0 or 1 only. */
  binary: boolean;
  /** A row is won or lost when scores differ by more than this. 0.05 unless scores are binary. */
  epsilon?: number;
  /** For the bootstrap of scores that are not binary; without it they get no interval. */
  rng?: Rng;
  /** false: no interval, for the places that only count. */
  interval?: boolean;
}

const BOOTSTRAP_FROM = 20;
/** Scores such as 0.35 and 0.3 differ by 0.05 and a little of rounding. */
const ROUNDING = 1e-9;

/**
 * The challenger against the start on the same rows. Without rows: difference 0, no interval, p = 1.
 */
export function compare(pairs: readonly ScorePair[], options: CompareOptions): Paired {
  const { binary, epsilon = binary ? 0 : 0.05, rng, interval = true } = options;
  let wins = 0;
  let losses = 0;
  let both = 0;
  let sum = 0;
  for (const { a, b } of pairs) {
    sum += a - b;
    if (a - b > epsilon + ROUNDING) wins++;
    else if (b - a > epsilon + ROUNDING) losses++;
    else if (a >= 0.5) both++;
  }
  const rows = pairs.length;
  const ties = rows - wins - losses;
  let range: [number, number] | null = null;
  if (interval && rows > 0) {
    if (binary) range = newcombePaired(both, wins, losses, ties - both);
    else if (rng && rows >= BOOTSTRAP_FROM) range = bootstrapMeanInterval(pairs.map(({ a, b }) => a - b), rng); // prettier-ignore
  }
  return { rows, wins, losses, ties, difference: rows === 0 ? 0 : sum / rows, interval: range, pValue: signTest(wins, losses) };
}
