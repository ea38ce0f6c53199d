/** Candidates for an open task: its checklist put into the prompt by code, rewrites by the model, ways of writing by code. */
import type { RunEvent } from '../events.ts';
import type { Run, Steps } from '../run.ts';
import type { Candidate, Row } from '../types.ts';
import { genesOf, mutateByModel, mutateByStyle } from './mutate.ts';
import { normalised } from './validate.ts';

export async function* mutateOpen(
  run: Run,
  parent: Candidate,
  count: number,
  calls: number,
  round: number,
  rows: readonly Row[],
): Steps<Candidate[]> {
  const pool: Candidate[] = [];
  if (count > 0) pool.push(...(yield* withCriteria(run, parent)));
  const byModel = Math.ceil((count - pool.length) / 2);
  if (calls > 0 && byModel > 0) pool.push(...(yield* mutateByModel(run, parent, byModel, calls, round, rows)));
  pool.push(...(yield* mutateByStyle(run, parent, count - pool.length, round)));
  return pool;
}

/** The checklist as something to see to before the reply is given: by code, once a run. */
export function* withCriteria(run: Run, parent: Candidate): Generator<RunEvent, Candidate[]> {
  const instruction = `${parent.instruction.trimEnd()}\n\nMake sure that each of these is met, or can be answered with yes:\n${run.criteria.map((c) => `- ${c}`).join('\n')}`;
  const normal = normalised(instruction);
  if (run.seen.has(normal) || run.criteria.length === 0) return [];
  run.seen.add(normal);
  return [yield* run.add({ ...genesOf(parent), instruction, contract: true, madeBy: { kind: 'criteria' } })];
}
