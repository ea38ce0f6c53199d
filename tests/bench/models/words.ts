/** Numbers and verdicts of the table, as they are written. */
import type { MadeBy, Paired } from '../../../src/promptwizard/types.ts';
import { wilson } from '../../../src/promptwizard/stats.ts';
import { mean } from './figures.ts';

export const points = (share: number): string => String(Math.round(100 * share));
export const signed = (share: number): string => {
  const value = Math.round(100 * share);
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '0';
};
export const range = ([low, high]: [number, number]): string => `${signed(low)} to ${signed(high)}`;

/** A score with its interval; only the score when rows count in parts. */
export function score(scores: readonly number[]): string {
  const share = mean(scores);
  if (!scores.every((one) => one === 0 || one === 1)) return points(share);
  const [low, high] = wilson(Math.round(share * scores.length), scores.length);
  return `${points(share)} (${points(low)}–${points(high)})`;
}

export const difference = ({ difference: d, interval }: Paired): string => signed(d) + (interval ? ` (${range(interval)})` : '');
export const pValue = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

const OUTCOMES = {
  better: 'better',
  'no-reliable-gain': 'no reliable gain',
  inconclusive: 'inconclusive',
  'not-measured': 'not measured',
  stopped: 'stopped',
} as const;
export const outcomeWords = (outcome: keyof typeof OUTCOMES, reason: string): string =>
  `${OUTCOMES[outcome]} (${reason.replaceAll('-', ' ')})`;

export function makerWords(made: MadeBy): string {
  switch (made.kind) {
    case 'start':
      return 'the start itself';
    case 'contract':
      return 'the start with the answer contract';
    case 'free-baseline':
      return 'the free baseline';
    case 'style':
      return `a thinking style (${made.style})`;
    case 'demos':
      return `${made.count} ${made.count === 1 ? 'example' : 'examples'} ${made.reasoning ? 'with reasoning' : 'with answers only'}`;
    case 'model':
      return 'the model';
    case 'refine':
      return 'the model, after a critique';
    default:
      return made.kind;
  }
}
