/** What every run settles before its search, whichever way it came to its rows (method, section 2). */
import { BudgetSpent } from '../errors.ts';
import type { RunEvent, SetAside } from '../events.ts';
import { metricOf } from '../metrics/metric.ts';
import { contractFor } from '../metrics/reading.ts';
import { ASKS_MARK } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import { FREE_SENTENCE, withSentence } from '../styles.ts';
import type { MetricSpec, Row } from '../types.ts';
import { inputText } from './inputs.ts';
import { splitSizes } from '../plans.ts';
import { MIN_ROWS } from './accept.ts';
import { splitRows } from './split.ts';
import { understand, type Understanding } from './understand.ts';
import { normalised } from './validate.ts';

/** Kept free for the reply (method, section 9). */
const REPLY_ROOM = 800;

export function* divide(run: Run, usable: readonly Row[], setAside: SetAside[], verdictRows: number): Generator<RunEvent> {
  const split = splitRows(run, usable);
  run.split = { ...split, verdict: split.verdict.slice(0, verdictRows) };
  yield splitEvent(run, setAside);
}

export function splitEvent(run: Run, setAside: SetAside[]): RunEvent {
  const ids = (rows: readonly Row[]) => rows.map((row) => row.id);
  const { race, fresh, heldOut, verdict } = run.split;
  return { type: 'split', race: ids(race), fresh: ids(fresh), heldOut: ids(heldOut), verdict: ids(verdict), setAside };
}

/** A question that leaves no room for a reply is set aside and reported. */
export function fits(run: Run, row: Row): boolean {
  const { prompt, system } = run.input.task;
  const room = Math.min(REPLY_ROOM, run.settings.maxTokens, run.plan.replyCap ?? REPLY_ROOM);
  return run.count(prompt) + run.count(system ?? '') + run.count(inputText(row)) + room + 100 <= run.input.model.contextSize;
}

/** Of few rows, before they are split: as many as the race will have. They will be in it. */
export function rowsToShow(run: Run, rows: readonly Row[], total: number): readonly Row[] {
  if (rows.length >= MIN_ROWS) return splitRows(run, rows).race;
  const shown = rows.slice(0, splitSizes(total, run.plan.name, run.settings.seenSetSize).race);
  for (const row of shown) run.shown.add(row.id);
  return shown;
}

export async function* tryUnderstand(run: Run, rows: readonly Row[], criteria: boolean): Steps<Understanding | null> {
  yield run.phase('understand', 0, [], rows.length, 'understand', 1);
  try {
    return yield* understand(run, rows, criteria);
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    return null;
  }
}

export function* settle(
  run: Run,
  spec: MetricSpec | null,
  metricFrom: 'user' | 'rows' | 'model',
  found: Understanding | null,
): Generator<RunEvent> {
  const { task } = run.input;
  run.metric = spec ? metricOf(spec) : null;
  run.description = task.description || found?.description || '';
  // What the rows show is surer than the model's word on the format: a small one says "JSON" to everything.
  const format = task.answerFormat || (metricFrom === 'model' && spec?.kind === 'exact' ? found?.answerFormat : '') || undefined;
  // A prompt that already asks for the mark needs no second word on it.
  run.contract = ASKS_MARK.test(task.prompt) ? '' : contractFor(spec, format);
  yield { type: 'task', metric: spec, metricFrom, contract: run.contract, description: run.description };
}

/** The start byte for byte, the start with the contract, and the free baseline. */
export function* firstCandidates(run: Run): Generator<RunEvent> {
  const instruction = run.input.task.prompt;
  const reasoned = withSentence(instruction, FREE_SENTENCE);
  const parentId = run.contract === '' ? 'c0' : 'c1';
  yield* run.add({ instruction, contract: false, demos: [], madeBy: { kind: 'start' } });
  // Nothing to mark and nothing to reason out: an open task has neither contract nor free baseline (section 7).
  if (run.judged) {
    run.seen.add(normalised(instruction));
    return;
  }
  if (run.contract !== '') yield* run.add({ instruction, contract: true, demos: [], parentId: 'c0', madeBy: { kind: 'contract' } });
  yield* run.add({ instruction: reasoned, contract: true, demos: [], parentId, madeBy: { kind: 'free-baseline' } });
  for (const text of [instruction, reasoned]) run.seen.add(normalised(text));
}
