/** Prompts on the rows that no run sees: rendered, asked, read and scored as the run itself does. */
import type { Deps, Llm } from '../../../src/promptwizard/llm.ts';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import { Run, type Scored } from '../../../src/promptwizard/run.ts';
import type { RunState } from '../../../src/promptwizard/state.ts';
import type { Candidate, Row } from '../../../src/promptwizard/types.ts';
import type { Unseen } from './storedRun.ts';

export async function scoreUnseen(state: RunState, rows: Row[], llm: Llm, deps: Deps): Promise<Unseen> {
  const { input, task, verdict } = state;
  if (!input || !task?.metric || !verdict) throw new Error('The run has no metric or no verdict.');
  const run = new Run(input, llm, deps);
  run.metric = metricOf(task.metric);
  run.contract = task.contract;
  const all = Object.values(state.candidates).map(({ candidate }) => candidate);
  const made = (kind: Candidate['madeBy']['kind']) => all.find(({ madeBy }) => madeBy.kind === kind) ?? all[0]!;
  const arms = {
    start: await askAll(run, made('start'), rows),
    contract: await askAll(run, made('contract'), rows),
    free: await askAll(run, made('free-baseline'), rows),
    final: await askAll(run, state.candidates[verdict.result]!.candidate, rows),
  };
  const each = <T>(of: (scored: Scored[]) => T) => {
    const { start, contract, free, final } = arms;
    return { start: of(start), contract: of(contract), free: of(free), final: of(final) };
  };
  return {
    rows,
    scores: each((scored) => scored.map(({ score }) => score)),
    replyTokens: each((scored) => scored.reduce((sum, { tokensOut }) => sum + tokensOut, 0) / scored.length),
  };
}

async function askAll(run: Run, candidate: Candidate, rows: readonly Row[]): Promise<Scored[]> {
  const scored: Scored[] = [];
  for (const row of rows) {
    const asking = run.ask(candidate, row, 'verdict');
    let step = await asking.next();
    while (!step.done) step = await asking.next();
    scored.push(step.value);
  }
  return scored;
}
