/** Sums over the runs of one arm in worlds of one kind. Runs that were lost count as such and in nothing else. */
import { wilson } from '../../src/promptwizard/stats.ts';
import type { Measured } from './measure.ts';

/** Worse than the start by more than this, in truth. */
const WORSE = 0.01;

export interface Sums {
  runs: number;
  lost: number;
  start: number;
  free: number;
  final: number;
  gain: number;
  /** Standard error of the mean gain. */
  gainError: number;
  worse: number;
  /** Upper end of the 95 % interval of the share that is worse. */
  worseLimit: number;
  calls: number;
  tokens: number;
  /** Milliseconds of the method itself a call. */
  ownPerCall: number;
  outcomes: [better: number, no: number, open: number];
  /** By seed; a lost run gains nothing. */
  gains: Map<number, number>;
}

export function sumsOf(all: readonly Measured[]): Sums {
  const ended = all.filter((m) => !m.lost);
  const n = Math.max(1, ended.length);
  const mean = (of: (m: Measured) => number) => ended.reduce((sum, m) => sum + of(m), 0) / n;
  const gain = mean((m) => m.final - m.start);
  const worse = ended.filter((m) => m.final < m.start - WORSE).length;
  const ending = (outcome: string) => ended.filter((m) => m.outcome === outcome).length;
  return {
    runs: all.length,
    lost: all.length - ended.length,
    start: mean((m) => m.start),
    free: mean((m) => m.free),
    final: mean((m) => m.final),
    gain,
    gainError: Math.sqrt(mean((m) => (m.final - m.start - gain) ** 2) / n),
    worse,
    worseLimit: wilson(worse, n)[1],
    calls: mean((m) => m.calls),
    tokens: mean((m) => m.tokens),
    ownPerCall:
      mean((m) => m.own) /
      Math.max(
        1,
        mean((m) => m.calls),
      ),
    outcomes: [ending('better'), ending('no-reliable-gain'), ending('inconclusive')],
    gains: new Map(all.map((m) => [m.seed, m.final - m.start])),
  };
}

/** The mean over kinds, each counted alike. */
export function overKinds(sums: readonly Sums[]): Sums {
  const mean = (of: (s: Sums) => number) => sums.reduce((t, s) => t + of(s), 0) / sums.length;
  const total = (of: (s: Sums) => number) => sums.reduce((t, s) => t + of(s), 0);
  const ended = total((s) => s.runs - s.lost);
  return {
    runs: total((s) => s.runs),
    lost: total((s) => s.lost),
    start: mean((s) => s.start),
    free: mean((s) => s.free),
    final: mean((s) => s.final),
    gain: mean((s) => s.gain),
    gainError: Math.sqrt(total((s) => s.gainError ** 2)) / sums.length,
    worse: total((s) => s.worse),
    worseLimit: wilson(total((s) => s.worse), ended)[1],
    calls: mean((s) => s.calls),
    tokens: mean((s) => s.tokens),
    ownPerCall: mean((s) => s.ownPerCall),
    outcomes: [0, 1, 2].map((i) => total((s) => s.outcomes[i]!)) as Sums['outcomes'],
    gains: new Map(),
  }; // prettier-ignore
}

/** The mean difference of the gains in the same worlds, and its standard error. */
export function pairedGain(a: Sums, b: Sums): { mean: number; error: number } {
  const differences = [...a.gains].flatMap(([seed, gain]) => (b.gains.has(seed) ? [gain - b.gains.get(seed)!] : []));
  const n = Math.max(1, differences.length);
  const mean = differences.reduce((x, y) => x + y, 0) / n;
  return { mean, error: Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0)) / n };
}
