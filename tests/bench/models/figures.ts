/** What the runs show on the rows that none of them saw. */
import { createRng, deriveSeed } from '../../../src/promptwizard/random.ts';
import { compare } from '../../../src/promptwizard/stats.ts';
import type { Paired } from '../../../src/promptwizard/types.ts';
import type { StoredRun, Unseen } from './storedRun.ts';

/** With more than this there is little to gain. */
export const HEADROOM = 0.85;
const RESAMPLES = 4000;

export type Measured = StoredRun & { outcome: NonNullable<StoredRun['outcome']> };
export const measured = (runs: readonly StoredRun[]): Measured[] => runs.filter((run): run is Measured => run.outcome !== null);

export const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** The delivered prompt against another, row by row. */
export function against({ outcome }: Measured, other: keyof Unseen['scores']): Paired {
  const { final, [other]: rest } = outcome.unseen.scores;
  const pairs = final.map((a, i) => ({ a, b: rest[i]! }));
  const binary = [...final, ...rest].every((score) => score === 0 || score === 1);
  return compare(pairs, { binary, rng: createRng(deriveSeed(0, 'proof')) });
}

export interface Estimate {
  mean: number;
  interval: [number, number];
  tasks: string[];
}

/**
 * The mean over tasks of the delivered prompts' lead, each task's being the mean over its runs. The interval is a
 * bootstrap over the rows within each task, 95 %; the runs are taken as they are.
 */
export function meanLead(runs: readonly Measured[], other: keyof Unseen['scores']): Estimate | null {
  const tasks = [...new Set(runs.map(({ task }) => task))];
  if (tasks.length === 0) return null;
  const leads = tasks.map((task) => {
    const scores = runs.filter((run) => run.task === task).map((run) => run.outcome.unseen.scores);
    return scores[0]!.final.map((_, row) => mean(scores.map(({ final, [other]: rest }) => final[row]! - rest[row]!)));
  });
  const rng = createRng(deriveSeed(0, 'lead', other));
  const drawn = Array.from({ length: RESAMPLES }, () => mean(leads.map((lead) => mean(lead.map(() => lead[rng.int(lead.length)]!)))));
  drawn.sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.ceil(share * RESAMPLES) - 1]!;
  return { mean: mean(leads.map(mean)), interval: [at(0.025), at(0.975)], tasks };
}

export const hasHeadroom = ({ outcome }: Measured): boolean => mean(outcome.unseen.scores.start) <= HEADROOM;

/** Sign test at 5 % on the unseen rows. */
export function significantlyWorse(run: Measured): boolean {
  const { wins, losses, pValue } = against(run, 'start');
  return losses > wins && pValue < 0.05;
}
