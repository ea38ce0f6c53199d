/** One run of a task file with a seed: the whole of `optimize()`, then the scores on the rows that it never saw. */
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import type { Deps, Llm } from '../../../src/promptwizard/llm.ts';
import { optimize } from '../../../src/promptwizard/optimize.ts';
import { emptyState, reduce } from '../../../src/promptwizard/state.ts';
import { mergeSettings } from '../../../src/promptwizard/settings.ts';
import { estimateTokens } from '../../../src/promptwizard/tokens.ts';
import type { ModelInfo, OptimizeInput, PlanName } from '../../../src/promptwizard/types.ts';
import type { Asked } from './cachedLlm.ts';
import { Progress } from './progress.ts';
import { scoreUnseen } from './scoreUnseen.ts';
import type { StoredRun } from './storedRun.ts';
import type { TaskFile } from './taskFile.ts';

const START = 'Answer the question.';

const deps: Deps = {
  countTokens: estimateTokens,
  stopped: () => false,
  reviewRows: (question) => Promise.resolve(question.rows),
  runUntrusted: () => Promise.resolve({ ok: false, error: 'No code is run here.' }),
};

export function inputFor(task: TaskFile, plan: PlanName, seed: number, maxTokens: number, model: ModelInfo): OptimizeInput {
  return { task: { prompt: START, rows: task.given }, settings: mergeSettings({ maxTokens }), plan, model, seed };
}

/**
 * A run that breaks off is told as such: it counts, and the next start of the bench tries it again.
 * @param scored whether it is scored on the unseen rows too
 */
export async function oneRun(
  task: TaskFile,
  input: OptimizeInput,
  llm: (tell: (asked: Asked) => void) => Llm,
  print: (line: string) => void = console.log,
  scored = true,
): Promise<Pick<StoredRun, 'events' | 'outcome' | 'error'>> {
  const progress = new Progress(`${task.name} ${input.plan} ${input.seed}`, print);
  const events: RunEvent[] = [];
  const state = emptyState();
  try {
    const asking = llm((asked) => progress.call(asked));
    for await (const event of optimize(input, asking, deps)) {
      events.push(event);
      reduce(state, event);
      progress.event(event);
    }
    if (!scored) return { events, outcome: null };
    const scoring = new Progress(`${task.name} ${input.plan} ${input.seed} unseen rows`, print);
    const unseen = await scoreUnseen(
      state,
      task.unseen,
      llm((asked) => scoring.call(asked)),
      deps,
    );
    const mean = (scores: number[]) => (scores.reduce((a, b) => a + b, 0) / scores.length).toFixed(2);
    const { start, contract, free, final } = unseen.scores;
    scoring.line(`start ${mean(start)}, contract ${mean(contract)}, free baseline ${mean(free)}, final ${mean(final)}`);
    return { events, outcome: { verdict: state.verdict!, result: state.result!, unseen } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    progress.line(`broke off: ${message}`);
    return { events, outcome: null, error: message };
  }
}
