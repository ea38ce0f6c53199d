/** A run, as the wire tells it: the same figures that its page shows. */
import type { RunEvent } from '../promptwizard/events.ts';
import { emptyState, reduce, type RunState } from '../promptwizard/state.ts';
import type { RunResult } from '../promptwizard/types.ts';
import type { ErrorCode } from './errors.ts';
import type { FoundRun, HostStatus } from './host.ts';
import { toWire, wireModel } from './names.ts';
import type { OptimizeResponse, Progress, RunResponse } from './answerSchema.ts';

export const stateOf = (events: readonly RunEvent[]): RunState => events.reduce(reduce, emptyState());

export interface Told {
  run: string;
  sessionId: string | null | undefined;
  cached: boolean;
  model: string;
  version: string;
}

export function responseOf(state: RunState, result: RunResult, told: Told): OptimizeResponse {
  const { verdict } = result;
  const persona = state.candidates[verdict.result]?.candidate.persona;
  return {
    original_prompt: result.originalPrompt,
    optimized_prompt: result.optimizedPrompt,
    improvements: result.improvements,
    quality_score: result.qualityScore,
    processing_time: result.processingTime,
    ...(told.sessionId == null ? {} : { session_id: told.sessionId }),
    run_id: told.run,
    messages: result.messages,
    ...(persona === undefined ? {} : { expert_identity: persona }),
    quality: result.quality,
    verdict: {
      ...(toWire(verdict) as Omit<OptimizeResponse['verdict'], 'interval' | 'flips'>),
      interval: verdict.comparison?.interval ?? null,
      flips: verdict.comparison ? { won: verdict.comparison.wins, lost: verdict.comparison.losses } : null,
    },
    usage: { calls: result.calls, tokens_in: result.tokensIn, tokens_out: result.tokensOut },
    model: wireModel(told.model),
    promptwizard_version: told.version,
    cached: told.cached,
  };
}

export function progressOf({ budget, phase, order }: RunState): Progress {
  return {
    phase: phase?.phase ?? null,
    round: phase?.round ?? 0,
    candidates: order.length,
    calls: budget.calls,
    calls_expected: Math.max(0, Math.round(budget.calls + budget.forecastCalls)),
    tokens_in: budget.tokensIn,
    tokens_out: budget.tokensOut,
    answers_reused: budget.reused,
    calls_saved: budget.callsSaved,
  };
}

const STATES: { readonly [K in HostStatus]: RunResponse['status'] } = {
  queued: 'waiting',
  running: 'running',
  paused: 'paused',
  done: 'completed',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
};
export const isOver = (status: HostStatus): boolean => ['done', 'stopped', 'failed', 'interrupted'].includes(status);

export function runResponseOf(found: FoundRun, events: readonly RunEvent[], version: string): RunResponse {
  const state = stateOf(events);
  const { id: run, sessionId, model } = found;
  const code: ErrorCode = found.status === 'failed' ? 'failed' : 'interrupted';
  return {
    run_id: run,
    status: STATES[found.status],
    ...(sessionId === undefined ? {} : { session_id: sessionId }),
    created_at: new Date(found.createdAt).toISOString(),
    updated_at: new Date(found.updatedAt).toISOString(),
    progress: progressOf(state),
    ...(state.result ? { result: responseOf(state, state.result, { run, sessionId, cached: false, model, version }) } : {}),
    ...(found.error === undefined ? {} : { error: { detail: found.error, code } }),
  };
}
