import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { Deps, Llm } from '../../src/promptwizard/llm.ts';
import { optimize } from '../../src/promptwizard/optimize.ts';
import { defaultSettings, type Settings } from '../../src/promptwizard/settings.ts';
import { emptyState, reduce, type RunState } from '../../src/promptwizard/state.ts';
import { estimateTokens } from '../../src/promptwizard/tokens.ts';
import type { OptimizeInput, PlanName, Task } from '../../src/promptwizard/types.ts';
import { countingRows, SimulatedModel, type World } from '../world/model.ts';

export function inputOf(o: { plan?: PlanName; task?: Partial<Task>; settings?: Partial<Settings>; seed?: number } = {}): OptimizeInput {
  return {
    task: { prompt: 'Answer the question.', rows: countingRows(85), ...o.task },
    settings: { ...defaultSettings(), ...o.settings },
    plan: o.plan ?? 'quick',
    model: { id: 'simulated', title: 'a simulated model', contextSize: 4096 },
    seed: o.seed ?? 7,
  };
}

/** Runs to the end, or until `stopAt` calls were made. */
export async function play(
  input: OptimizeInput,
  model: { llm: Llm },
  o: { stopAt?: number; review?: Deps['reviewRows'] } = {},
): Promise<{ events: RunEvent[]; state: RunState }> {
  const events: RunEvent[] = [];
  const state = emptyState();
  const deps: Deps = {
    countTokens: estimateTokens,
    stopped: (call) => o.stopAt !== undefined && call >= o.stopAt,
    reviewRows: o.review ?? ((question) => Promise.resolve(question.rows)),
    runUntrusted: () => Promise.resolve({ ok: false, error: 'No code is run here.' }),
  };
  for await (const event of optimize(input, model.llm, deps)) {
    events.push(event);
    reduce(state, event);
  }
  return { events, state };
}

export const world = (o: Partial<World> = {}): World => ({ seed: 1, base: 0.4, effects: { contract: 0.1, free: 0.15 }, ...o });

export const modelFor = (input: OptimizeInput, w: World): SimulatedModel => new SimulatedModel(w, input.task.rows);
