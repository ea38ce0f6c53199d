/** From the request to rows, metric, contract, budget and the candidates that need no search (method, section 2). */
import { stepCalls, totalCalls } from '../budget.ts';
import { BudgetSpent, InputError } from '../errors.ts';
import type { RunEvent, SetAside } from '../events.ts';
import { chooseMetric } from '../metrics/choose.ts';
import { metricOf } from '../metrics/metric.ts';
import { contractFor } from '../metrics/reading.ts';
import { PLANS, splitSizes, type SplitSizes } from '../plans.ts';
import { inputText } from './inputs.ts';
import { ASKS_MARK } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import { FREE_SENTENCE, withSentence } from '../styles.ts';
import type { MetricSpec, Row } from '../types.ts';
import { MIN_ROWS } from './accept.ts';
import { practiceRows } from './practice.ts';
import { splitRows, usableRows } from './split.ts';
import { normalised } from './validate.ts';
import { metricFor, understand, type Understanding } from './understand.ts';

/** Kept free for the reply (method, section 9). */
const REPLY_ROOM = 800;

/** @throws InputError when the request cannot be run; nothing was spent */
export function checkRequest(run: Run): void {
  const { task, settings, model } = run.input;
  if (task.prompt.trim() === '') throw new InputError('prompt', 'empty', 'Please enter a prompt to optimize.');
  const most = Math.floor((1180 * model.contextSize) / 4096);
  const tokens = run.count(task.prompt) + run.count(task.system ?? '');
  if (tokens > most)
    throw new InputError(
      'prompt',
      'too-long',
      `The prompt has about ${tokens.toLocaleString('en')} tokens; ${model.title} can work on prompts of up to ${most.toLocaleString('en')}. Shorten it, or choose a model with a longer context.`,
    );
  if (settings.maxCalls === null || task.rows.length < MIN_ROWS) return;
  const needed = totalCalls(stepCalls(PLANS.trial, splitSizes(task.rows.length, 'trial', settings.seenSetSize), settings, false));
  if (settings.maxCalls < needed)
    throw new InputError(
      'max_calls',
      'too-small',
      `max_calls is ${settings.maxCalls}; the smallest plan needs ${needed} calls with these rows, its verdict included.`,
    );
}

/** @returns whether there is something to measure on; `run.split` then holds it */
export async function* prepare(run: Run): Steps<boolean> {
  const { task } = run.input;
  const spec = task.metric ?? chooseMetric(task.rows);
  const { usable, setAside } = usableRows(task.rows, task.prompt, spec && metricOf(spec), (row) => fits(run, row));
  if (usable.length < MIN_ROWS) return yield* withoutRows(run, usable, setAside);
  const verdictRows = yield* setBudget(run, splitSizes(usable.length, run.plan.name, run.settings.seenSetSize), false);
  yield* divide(run, usable, setAside, verdictRows);
  const found = run.plan.understand ? yield* tryUnderstand(run, run.split.race) : null;
  yield* settle(run, spec, task.metric ? 'user' : 'rows', found);
  yield* firstCandidates(run);
  return true;
}

/** Too few rows: the model makes some, where the plan and the kind of task allow it (method, section 7). */
async function* withoutRows(run: Run, own: Row[], aside: SetAside[]): Steps<boolean> {
  const { task, settings } = run.input;
  const trial = run.plan.name === 'trial';
  const wanted = run.plan.name === 'quick' ? 12 : settings.numTrainExamples;
  yield* setBudget(run, splitSizes(trial ? 0 : wanted, run.plan.name, settings.seenSetSize), true);
  const found = yield* tryUnderstand(run, own);
  const chosen = task.metric ?? chooseMetric(task.rows);
  const spec = chosen ?? (found ? metricFor(found, task.prompt) : null);
  yield* settle(run, spec, task.metric ? 'user' : chosen ? 'rows' : 'model', found);
  yield* firstCandidates(run);
  if (trial || spec === null) {
    yield splitEvent(run, aside);
    yield {
      type: 'note',
      code: trial ? 'no-rows-in-trial' : 'open-task',
      text: trial
        ? 'The trial plan makes no practice rows. Give eight rows or more with answers, or choose the quick plan.'
        : 'This task has no single right answer to compare with, so nothing was measured. Give eight rows or more with answers you would accept.',
    };
    return false;
  }
  const rows = yield* practiceRows(run, own, run.input.task.answerFormat ?? found?.answerFormat ?? '');
  const { usable, setAside } = usableRows(rows, task.prompt, run.metric, (row) => fits(run, row));
  if (usable.length < MIN_ROWS) {
    yield splitEvent(run, setAside);
    yield {
      type: 'note',
      code: 'too-few-rows',
      text: `${usable.length} practice rows could be checked; at least ${MIN_ROWS} are needed to measure anything.`,
    };
    return false;
  }
  const sizes = splitSizes(usable.length, run.plan.name, settings.seenSetSize);
  run.setAhead({ ...stepCalls(run.plan, sizes, settings, false), understand: 0, rows: 0 });
  run.reserved = Math.min(3 * sizes.verdict, run.maxCalls - run.calls);
  yield* divide(run, usable, setAside, Math.floor(run.reserved / 3));
  return !(yield* tooEasy(run));
}

/**
 * Calls in all, and the verdict's part of them. Fewer than the plan wants: search and verdict keep their shares, the
 * verdict at least the trial plan's rows, and the race as many entrants as can be asked to its end.
 * @returns rows that the verdict can pay for
 */
function* setBudget(run: Run, sizes: SplitSizes, make: boolean): Generator<RunEvent, number> {
  const { settings } = run;
  const wanted = stepCalls(run.plan, sizes, settings, make);
  const total = totalCalls(wanted);
  run.maxCalls = settings.maxCalls ?? total;
  let verdictRows = sizes.verdict;
  if (run.maxCalls < total) {
    verdictRows = Math.min(sizes.verdict, Math.max(PLANS.trial.verdictRows, Math.floor((run.maxCalls * wanted.verdict) / total / 3)));
    const needs = (extra: number) => {
      const { understand, rows, mutate, race, fresh } = stepCalls({ ...run.plan, extraEntrants: extra }, sizes, settings, make);
      return understand + rows + race + fresh + (extra > 0 ? mutate : 0);
    };
    let extra = run.plan.extraEntrants;
    while (extra >= 0 && needs(extra) > run.maxCalls - 3 * verdictRows) extra--;
    // Not even start, contract and free baseline to the end of the race: the trial plan's few rows, asked in full.
    run.plan = extra >= 0 ? { ...run.plan, extraEntrants: extra } : { ...PLANS.trial, replyCap: run.plan.replyCap };
    if (extra < 0 && !make)
      verdictRows = Math.min(
        sizes.verdict,
        Math.floor((run.maxCalls - totalCalls({ ...stepCalls(run.plan, sizes, settings, make), verdict: 0 })) / 3),
      );
  }
  run.reserved = Math.min(3 * verdictRows, run.maxCalls);
  run.setAhead({ ...stepCalls(run.plan, sizes, settings, make), verdict: run.reserved });
  yield { type: 'budget', maxCalls: run.maxCalls, reserved: run.reserved, forecastCalls: run.plannedAhead() };
  return verdictRows;
}

function* divide(run: Run, usable: readonly Row[], setAside: SetAside[], verdictRows: number): Generator<RunEvent> {
  const split = splitRows(run, usable);
  run.split = { ...split, verdict: split.verdict.slice(0, verdictRows) };
  yield splitEvent(run, setAside);
}

function splitEvent(run: Run, setAside: SetAside[]): RunEvent {
  const ids = (rows: readonly Row[]) => rows.map((row) => row.id);
  const { race, fresh, heldOut, verdict } = run.split;
  return { type: 'split', race: ids(race), fresh: ids(fresh), heldOut: ids(heldOut), verdict: ids(verdict), setAside };
}

/** A question that leaves no room for a reply is set aside and reported. */
function fits(run: Run, row: Row): boolean {
  const { prompt, system } = run.input.task;
  const room = Math.min(REPLY_ROOM, run.settings.maxTokens, run.plan.replyCap ?? REPLY_ROOM);
  return run.count(prompt) + run.count(system ?? '') + run.count(inputText(row)) + room + 100 <= run.input.model.contextSize;
}

async function* tryUnderstand(run: Run, rows: readonly Row[]): Steps<Understanding | null> {
  yield run.phase('understand', 0, [], rows.length, 'understand', 1);
  try {
    return yield* understand(run, rows);
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    return null;
  }
}

function* settle(
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
  if (run.contract !== '') yield* run.add({ instruction, contract: true, demos: [], parentId: 'c0', madeBy: { kind: 'contract' } });
  yield* run.add({ instruction: reasoned, contract: true, demos: [], parentId, madeBy: { kind: 'free-baseline' } });
  for (const text of [instruction, reasoned]) run.seen.add(normalised(text));
}

/** Practice rows that the start nearly always gets right tell nothing. */
async function* tooEasy(run: Run): Steps<boolean> {
  const { race } = run.split;
  yield run.phase('race', 0, ['c0'], race.length, 'race');
  try {
    for (const row of race) yield* run.ask(run.start, row, 'race');
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const mean = run.arm('c0', race)?.mean ?? 0;
  if (mean < 0.9) return false;
  yield {
    type: 'note',
    code: 'rows-too-easy',
    text: `Your prompt is right on ${Math.round(mean * 100)} % of the practice rows: they are too easy to measure with.`,
  };
  return true;
}
