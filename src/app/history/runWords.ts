/** One line of the history. Pure. */
import type { Outcome } from '../../promptwizard/types.ts';
import type { RunRecord } from '../../store/records.ts';
import { plural } from '../figures.ts';

const OUTCOME: { readonly [K in Outcome]: string } = {
  better: 'better',
  'no-reliable-gain': 'no reliable gain',
  inconclusive: 'not decided',
  'not-measured': 'not measured',
  stopped: 'stopped',
};
const STATUS: { readonly [K in RunRecord['status']]: string } = {
  queued: 'waiting',
  running: 'running',
  paused: 'paused',
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'cut short: goes on when opened',
};

export function outcomeOf(run: RunRecord): string {
  if (run.summary) return OUTCOME[run.summary.outcome];
  return run.imported && run.status === 'interrupted' ? 'cut short: open it to go on' : STATUS[run.status];
}

export function factsOf(run: RunRecord): string {
  const facts = [run.input.model.title, `plan ${run.input.plan}`, plural(run.input.task.rows.length, 'row')];
  if (run.summary && run.summary.quality !== 'none') facts.push(`score ${run.summary.qualityScore.toFixed(2)}`);
  return facts.join(' · ');
}

/** Who asked for a run, when it was not the person on the page. */
export function askedWords(asked: RunRecord['asked']): string {
  if (!asked) return '';
  const who = asked.by === 'api' ? 'asked by the API' : `asked by ${asked.origin ?? 'another site'}`;
  return ` · ${who}${asked.sessionId === undefined ? '' : `, session ${asked.sessionId}`}`;
}
