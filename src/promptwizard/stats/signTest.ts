import { binomialAtLeast } from './binomial.ts';

/**
 * Exact two-sided sign test over rows won and lost; ties are left out (Dixon and Mood, JASA 1946, 41:557–566).
 * The same number as the exact McNemar test. 1 when nothing was won or lost.
 */
export function signTest(wins: number, losses: number): number {
  const decided = wins + losses;
  if (decided === 0) return 1;
  return Math.min(1, 2 * binomialAtLeast(Math.max(wins, losses), decided, 0.5));
}

/**
 * Two-sided p-values that end a test of two equally spaced looks with a total error of 5 % (O'Brien and Fleming,
 * Biometrics 1979, 35:549–556): z bounds 2.797 and 1.977.
 */
export const O_BRIEN_FLEMING = { first: 0.0052, final: 0.048 } as const;

const needed = new Map<number, number[]>();

/** The fewest wins among `decided` rows won or lost that reach p ≤ bound; Infinity when even all of them do not. */
export function winsNeeded(decided: number, bound: number): number {
  let table = needed.get(bound);
  if (!table) needed.set(bound, (table = []));
  for (let m = table.length; m <= decided; m++) {
    // One more decided row needs as many wins or one more, so the search goes on from the row before.
    let wins = Math.max(Math.floor(m / 2) + 1, m > 0 && Number.isFinite(table[m - 1]) ? table[m - 1]! : 0);
    while (wins <= m && signTest(wins, m - wins) > bound) wins++;
    table[m] = wins <= m ? wins : Infinity;
  }
  return table[decided]!;
}
