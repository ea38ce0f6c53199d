/** One run of one arm in one world, and what came of it in truth. */
import { forecastPlan } from '../../src/promptwizard/budget.ts';
import type { Deps, Llm } from '../../src/promptwizard/llm.ts';
import { contractFor } from '../../src/promptwizard/metrics/reading.ts';
import { metricOf } from '../../src/promptwizard/metrics/metric.ts';
import { optimize } from '../../src/promptwizard/optimize.ts';
import { renderMessages } from '../../src/promptwizard/render.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import { emptyState, reduce } from '../../src/promptwizard/state.ts';
import { estimateTokens } from '../../src/promptwizard/tokens.ts';
import type { Candidate, Outcome } from '../../src/promptwizard/types.ts';
import { worldOf, type Kind } from '../world/kinds.ts';
import { countingRows, SimulatedModel } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { ARMS, withPlan, type Arm, type ArmName } from './arms.ts';
import { upstream } from './upstream.ts';

/** Rows given to a run: 25 to search on, 60 held out. Prompts are scored on all rows there could be, exactly. */
export const GIVEN = 85;
const PROMPT = 'Answer the question.';
const METRIC = metricOf({ kind: 'number' });
const CONTRACT = contractFor({ kind: 'number' });

export interface Measured {
  seed: number;
  lost: boolean;
  /** In truth, shares in [0,1] of unseen rows answered right. */
  start: number;
  free: number;
  final: number;
  /** How the delivered prompt was made, and why. */
  made: string;
  reason: string;
  outcome: Outcome | null;
  calls: number;
  tokens: number;
  /** Milliseconds in the method itself, the model's time left out. */
  own: number;
}

const START: Candidate = { id: 'c0', instruction: PROMPT, contract: false, demos: [], madeBy: { kind: 'start' } };
const FREE: Candidate = { ...START, instruction: `${PROMPT} Think step by step.`, contract: true };

export async function measure(name: ArmName, kind: Kind, seed: number, knobs: Partial<World> = {}): Promise<Measured> {
  const arm: Arm = ARMS[name];
  const rows = countingRows(GIVEN);
  const model = new SimulatedModel(worldOf(kind, seed, knobs), rows);
  model.record = false;
  const spent = { calls: 0, tokens: 0, inModel: 0 };
  const llm: Llm = (request) => {
    const before = performance.now();
    const reply = model.llm(request);
    spent.inModel += performance.now() - before;
    spent.calls++;
    void reply.then((r) => (spent.tokens += r.tokensIn + r.tokensOut));
    return reply;
  };
  const score = (candidate: Candidate, contract = CONTRACT) =>
    model.truth(renderMessages(candidate, { question: 'How many?' }, { contract }), 'How many?').score;
  const found: Measured = {
    seed, lost: false, start: score(START), free: score(FREE), final: 0, made: '', reason: '', outcome: null, calls: 0, tokens: 0, own: 0,
  }; // prettier-ignore
  const before = performance.now();
  try {
    if (arm.kind === 'upstream') {
      const result = await upstream({ prompt: PROMPT, contract: CONTRACT, rows, metric: METRIC, settings: arm.settings, seed }, llm);
      found.final = score(result);
      found.made = 'upstream';
    } else await withPlan(arm.plan, arm.change, () => ours(arm, found));
  } catch {
    found.lost = true;
    found.final = found.start;
  }
  found.own = performance.now() - before - spent.inModel;
  found.calls = spent.calls;
  found.tokens = spent.tokens;
  return found;

  async function ours(o: Extract<Arm, { kind: 'ours' }>, into: Measured): Promise<void> {
    const task = { prompt: PROMPT, rows };
    const maxCalls = o.sameCalls ? forecastPlan(task, defaultSettings(), o.plan, null).calls : null;
    const settings = { ...defaultSettings(), maxCalls, ...o.settings };
    const input = { task, settings, plan: o.plan, model: { id: 'simulated', title: 'simulated', contextSize: 4096 }, seed };
    const deps: Deps = {
      countTokens: estimateTokens,
      stopped: () => false,
      reviewRows: (question) => Promise.resolve(question.rows),
      runUntrusted: () => Promise.resolve({ ok: false, error: 'No code is run here.' }),
    };
    const state = emptyState();
    for await (const event of optimize(input, llm, deps)) reduce(state, event);
    const { verdict } = state.result!;
    const delivered = state.candidates[verdict.result]!.candidate;
    into.final = score(delivered, state.task!.contract);
    into.made = delivered.madeBy.kind;
    into.reason = verdict.reason;
    into.outcome = verdict.outcome;
  }
}
