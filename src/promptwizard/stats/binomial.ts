/** Binomial probabilities by logarithms of factorials: exact to about 12 digits for the sizes met here. */

const logs: number[] = [0];

/** ln(n!). The table grows as needed and is shared: a pure function's memory. */
export function logFactorial(n: number): number {
  for (let i = logs.length; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  return logs[n]!;
}

/** P(exactly k of n) at probability p. */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(k or more of n) at probability p. Terms below 1e-17 of the sum are left out. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  // Below the middle the other tail is the shorter and the more exact one.
  if (k <= n * p) return 1 - binomialAtLeast(n - k + 1, n, 1 - p);
  let term = binomialProbability(k, n, p);
  let sum = 0;
  for (let i = k; i <= n; i++) {
    sum += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
    if (term < sum * 1e-17) break;
  }
  return Math.min(1, sum);
}
