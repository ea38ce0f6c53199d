/**
 * An open task: nothing to compare with, so replies are judged by a checklist and winner and start meet side by side
 * (method, section 7). Rows are inputs; answers, where there are any, are not looked at.
 */
import { inputCalls, openInputs, openPlan, openSteps, totalCalls } from '../budget.ts';
import { splitSizes } from '../plans.ts';
import type { Run, Steps } from '../run.ts';
import type { MetricSpec } from '../types.ts';
import { MIN_ROWS } from './accept.ts';
import { filledUp, withoutBraces } from './checklist.ts';
import { makeInputs } from './makeInputs.ts';
import { withCriteria } from './mutateOpen.ts';
import { divide, firstCandidates, fits, rowsToShow, settle, splitEvent, tryUnderstand } from './settle.ts';
import { judge } from './judge.ts';
import { inputRows } from './split.ts';
import type { Understanding } from './understand.ts';

export interface OpenTask {
  /** The user's own checklist; null: the model's. */
  spec: Extract<MetricSpec, { kind: 'checklist' }> | null;
  /** null: not asked yet. */
  found: Understanding | null;
}

/** @returns whether there is something to measure on */
export async function* prepareOpen(run: Run, given: OpenTask): Steps<boolean> {
  const { task, settings } = run.input;
  run.plan = openPlan(run.plan);
  const { usable, setAside } = inputRows(task.rows, task.prompt, (row) => fits(run, row));
  const wanted = Math.max(openInputs(run.plan.name, settings), MIN_ROWS);
  const missing = Math.max(0, wanted - usable.length);
  // A user's own inputs are enough from eight on.
  const make = usable.length >= MIN_ROWS ? 0 : missing;
  yield* setBudget(run, usable.length + make, make);
  const asks = given.found === null && (given.spec?.criteria.length ?? 0) === 0;
  const found = asks ? yield* tryUnderstand(run, rowsToShow(run, usable, usable.length + make), true) : given.found;
  const own = given.spec && given.spec.criteria.length > 0;
  const criteria = (own ? given.spec!.criteria : filledUp(found?.criteria ?? [])).map(withoutBraces);
  yield* settle(run, { kind: 'checklist', criteria: [...criteria] }, own ? 'user' : 'model', found);
  run.judge = (candidate, row, output) => judge(run, candidate, row, output);
  yield* firstCandidates(run);
  let rows = usable;
  if (make > 0) {
    const made = yield* makeInputs(run, usable, wanted, inputCalls(make));
    const again = inputRows(made, task.prompt, (row) => fits(run, row));
    rows = again.usable;
    setAside.push(...again.setAside);
  }
  if (rows.length < MIN_ROWS) {
    yield splitEvent(run, setAside);
    yield* withCriteria(run, run.start);
    yield {
      type: 'note',
      code: 'too-few-rows',
      text: `${rows.length} inputs could be had; at least ${MIN_ROWS} are needed to judge on. Give some of your own as rows; answers are not needed.`,
    };
    return false;
  }
  yield* setBudget(run, rows.length, 0);
  yield* divide(run, rows, setAside, Math.floor(run.reserved / 6));
  return true;
}

/** Fewer calls than the plan wants leave fewer entrants, then fewer verdict rows. */
function* setBudget(run: Run, rows: number, make: number): Generator<import('../events.ts').RunEvent> {
  const { settings } = run.input;
  const sizes = splitSizes(rows, run.plan.name, settings.seenSetSize);
  const stepsOf = () => openSteps(run.plan, sizes, settings, make);
  const total = () => totalCalls(stepsOf()) + run.calls;
  const limit = settings.maxCalls ?? Infinity;
  while (total() > limit && run.plan.extraEntrants > 1) run.plan = { ...run.plan, extraEntrants: run.plan.extraEntrants - 1 };
  const steps = stepsOf();
  if (run.calls > 0) steps.understand = 0;
  run.maxCalls = Math.min(limit, totalCalls(steps) + run.calls);
  run.reserved = Math.min(steps.verdict, Math.floor((run.maxCalls - run.calls) / 2));
  run.setAhead({ ...steps, verdict: run.reserved });
  yield { type: 'budget', maxCalls: run.maxCalls, reserved: run.reserved, forecastCalls: run.plannedAhead() };
}
