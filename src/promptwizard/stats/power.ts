/** What rows can show: exact power of the sign test over rows won, lost and tied (a trinomial, summed over ties). */
import { binomialAtLeast, binomialProbability } from './binomial.ts';
import { O_BRIEN_FLEMING, winsNeeded } from './signTest.ts';

const WANTED = 0.8;
const MOST_ROWS = 5000;

/** Chances that a row is won and lost, each in [0,1], together at most 1. */
export interface Rates {
  win: number;
  loss: number;
}

/**
 * The rates a promise of `gain` (in [0,1]) is worked out with: 30 % of the rows change sides, or more when the gain
 * needs it, and at least 2 % are lost (method, section 1). A gain past what is left then counts as all of it.
 */
export function ratesFor(gain: number): Rates {
  const loss = Math.max(0.02, (0.3 - gain) / 2);
  return { win: Math.min(gain, 1 - 2 * loss) + loss, loss };
}

export interface LookSoFar {
  wins: number;
  losses: number;
  /** Rows still to come. */
  remaining: number;
  rates: Rates;
  /** Largest two-sided p that counts at the end. */
  bound?: number;
}

/**
 * Chance in [0,1] that the sign test ends with p ≤ bound and more wins than losses, given the rows so far and the
 * rates of those to come (Lan, Simon and Halperin, Sequential Analysis 1982, 1:207–219, here exact). Rows tied so far
 * do not matter.
 */
export function conditionalPower({ wins, losses, remaining, rates, bound = O_BRIEN_FLEMING.final }: LookSoFar): number {
  const decides = Math.min(1, rates.win + rates.loss);
  const wonIfDecided = decides === 0 ? 0 : rates.win / (rates.win + rates.loss);
  // Further than nine standard deviations from the mean nothing is left to add.
  const mean = remaining * decides;
  const reach = 9 * Math.sqrt(mean * (1 - decides)) + 1;
  const from = Math.max(0, Math.floor(mean - reach));
  const to = Math.min(remaining, Math.ceil(mean + reach));
  let power = 0;
  for (let m = from; m <= to; m++) {
    const missing = winsNeeded(wins + losses + m, bound) - wins;
    if (missing <= m) power += binomialProbability(m, remaining, decides) * binomialAtLeast(missing, m, wonIfDecided);
  }
  return Math.min(1, power);
}

const shown = new Map<number, number>();

/**
 * The smallest gain, in whole points as a share (0.29 for 29 points), that `rows` verdict rows show with 80 % power by
 * the exact sign test at 0.048. Infinity when no gain would do: fewer than six rows.
 */
export function smallestShowableGain(rows: number): number {
  let gain = shown.get(rows);
  if (gain === undefined) shown.set(rows, (gain = findGain(rows)));
  return gain;
}

function findGain(rows: number): number {
  for (let points = 1; points <= 96; points++) {
    if (conditionalPower({ wins: 0, losses: 0, remaining: rows, rates: ratesFor(points / 100) }) >= WANTED) return points / 100;
  }
  return Infinity;
}

/**
 * How many rows more a verdict would need to have 80 % power at the rates seen: the size of such a verdict, less the
 * rows already asked, at least 1. null when the challenger is not ahead, or when it would take more than 5,000 rows.
 */
export function furtherRowsNeeded(wins: number, losses: number, ties: number): number | null {
  const rows = wins + losses + ties;
  if (wins <= losses) return null;
  const rates = { win: wins / rows, loss: losses / rows };
  const enough = (n: number) => conditionalPower({ wins: 0, losses: 0, remaining: n, rates }) >= WANTED;
  if (!enough(MOST_ROWS)) return null;
  let [low, high] = [0, MOST_ROWS];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return Math.max(1, high - rows);
}
