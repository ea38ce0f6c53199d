/** The table of every run. */
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import { against, measured } from './figures.ts';
import type { StoredRun } from './storedRun.ts';
import { difference, outcomeWords, pValue, score } from './words.ts';

export const RUN_TABLE_WORDS = `Scores in percent of the unseen rows, with 95 % intervals (Wilson); differences in points with Newcombe's paired interval. “Won : lost”: rows that
the delivered prompt has right and the start wrong, and the other way round; p: exact sign test over them. Search rows, calls, tokens
(thousands, in and out) and minutes (sum of the calls' durations; a cached call keeps the duration that it had) are those of the run, its own
verdict included; the calls on unseen rows are not in them. The verdict is the run's own, from its own held-out rows.`;

const splitOf = ({ events }: StoredRun) => events.find((event): event is Extract<RunEvent, { type: 'split' }> => event.type === 'split');

export function runTable(runs: readonly StoredRun[]): string {
  const head = [
    'task',
    'plan',
    'seed',
    'start',
    '+ contract',
    'free baseline',
    'final',
    'gain over the start',
    'won : lost',
    'p',
    'lead over free',
    'reply tokens, start → final',
    'verdict',
    'search rows',
    'calls',
    'tokens',
    'minutes',
  ];
  const rows = runs.map((run) => {
    const first = [run.task, run.input.plan, run.input.seed];
    const [one] = measured([run]);
    if (!one) return [...first, ...Array.from({ length: 9 }, () => ''), `broke off: ${run.error}`, '', '', '', ''];
    const { verdict, result, unseen } = one.outcome;
    const { scores, replyTokens } = unseen;
    const paired = against(one, 'start');
    const split = splitOf(run);
    return [
      ...first,
      score(scores.start),
      score(scores.contract),
      score(scores.free),
      score(scores.final),
      difference(paired),
      `${paired.wins} : ${paired.losses}`,
      pValue(paired.pValue),
      difference(against(one, 'free')),
      `${Math.round(replyTokens.start)} → ${Math.round(replyTokens.final)}`,
      outcomeWords(verdict.outcome, verdict.reason),
      split ? split.race.length + split.fresh.length : '',
      result.calls,
      ((result.tokensIn + result.tokensOut) / 1000).toFixed(0),
      (result.processingTime / 60).toFixed(1),
    ];
  });
  const line = (cells: readonly (string | number)[]) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
