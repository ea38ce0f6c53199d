/** Every answer, once: the types, the OpenAPI document, and what the tests hold answers against. */
import * as v from 'valibot';
import { ERROR_CODES } from './errors.ts';

const nat = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const id = v.pipe(v.string(), v.minLength(1));
const moment = v.pipe(v.string(), v.isoTimestamp(), v.description('ISO 8601, UTC.'));

export const MessageSchema = v.object({ role: v.picklist(['system', 'user', 'assistant']), content: v.string() });
const ArmSchema = v.object({
  candidate: v.string(),
  mean: share,
  rows: nat,
  unreadable: nat,
  macro_f1: v.optional(v.number()),
  prompt_tokens: v.number(),
  reply_tokens: v.number(),
});
const Interval = v.nullable(v.pipe(v.array(v.number()), v.length(2)));
const PairedSchema = v.object({
  rows: nat,
  wins: v.number(),
  losses: v.number(),
  ties: v.number(),
  difference: v.number(),
  interval: Interval,
  p_value: v.number(),
});
export const VerdictSchema = v.object({
  outcome: v.picklist(['better', 'no-reliable-gain', 'inconclusive', 'not-measured', 'stopped']),
  reason: v.string(),
  looks: nat,
  result: v.string(),
  challenger: v.string(),
  start: v.nullable(ArmSchema),
  free: v.pipe(v.nullable(ArmSchema), v.description('The free baseline, “think step by step”; null: not asked.')),
  final: v.nullable(ArmSchema),
  comparison: v.nullable(PairedSchema),
  against_free: v.nullable(PairedSchema),
  more_rows: v.nullable(v.number()),
  interval: v.pipe(Interval, v.description('Of the gain, 95 %, from -1 to 1.')),
  flips: v.nullable(v.object({ won: v.number(), lost: v.number() })),
});

export const QUALITIES = ['none', 'judged', 'synthetic', 'selection', 'held-out'] as const;
export const OptimizeResponseSchema = v.object({
  original_prompt: v.string(),
  optimized_prompt: v.string(),
  improvements: v.array(v.string()),
  quality_score: v.pipe(share, v.description('What it was measured on: see `quality`.')),
  processing_time: v.pipe(v.number(), v.minValue(0), v.description('Seconds of model time.')),
  session_id: v.optional(v.string()),
  run_id: id,
  messages: v.array(MessageSchema),
  expert_identity: v.optional(v.string()),
  quality: v.picklist(QUALITIES),
  verdict: VerdictSchema,
  usage: v.object({ calls: nat, tokens_in: nat, tokens_out: nat }),
  model: v.string(),
  promptwizard_version: v.string(),
  cached: v.pipe(v.boolean(), v.description('The stored answer to the same request.')),
});
export type OptimizeResponse = v.InferOutput<typeof OptimizeResponseSchema>;

export const HEALTH = ['healthy', 'loading', 'degraded', 'unavailable'] as const;
export const HealthResponseSchema = v.object({
  status: v.picklist(HEALTH),
  model: v.pipe(v.string(), v.description('`qwen3:4b`, the id of another model, or `none`.')),
  promptwizard_version: v.string(),
  timestamp: moment,
  engine: v.nullable(v.picklist(['webllm', 'wllama', 'openai'])),
  queue: v.object({ running: nat, waiting: nat, limit: nat }),
  webgpu: v.pipe(v.nullable(v.boolean()), v.description('null: no page is open that could tell.')),
  detail: v.pipe(v.string(), v.description('What the status means, in a sentence.')),
});
export type HealthResponse = v.InferOutput<typeof HealthResponseSchema>;

export const ErrorSchema = v.object({
  detail: v.string(),
  code: v.picklist(ERROR_CODES),
  field: v.optional(v.pipe(v.string(), v.description('Path of the field that is wrong.'))),
  run_id: v.optional(id),
  result: v.optional(v.pipe(OptimizeResponseSchema, v.description('The best so far, of a run that was cut short.'))),
});
export type ErrorBody = v.InferOutput<typeof ErrorSchema>;

export const RUN_STATES = ['loading', 'waiting', 'running', 'paused', 'completed', 'stopped', 'failed', 'interrupted'] as const;
export const ProgressSchema = v.object({
  phase: v.nullable(v.string()),
  round: nat,
  candidates: nat,
  calls: nat,
  calls_expected: v.pipe(nat, v.description('Made and still to come, as last forecast.')),
  tokens_in: nat,
  tokens_out: nat,
  answers_reused: nat,
  calls_saved: nat,
});
export type Progress = v.InferOutput<typeof ProgressSchema>;
export const RunResponseSchema = v.object({
  run_id: id,
  status: v.picklist(RUN_STATES),
  session_id: v.optional(v.string()),
  created_at: moment,
  updated_at: moment,
  progress: ProgressSchema,
  result: v.optional(OptimizeResponseSchema),
  error: v.optional(v.object({ detail: v.string(), code: v.picklist(ERROR_CODES) })),
  deleted: v.optional(v.boolean()),
});
export type RunResponse = v.InferOutput<typeof RunResponseSchema>;

const event = <K extends string, E extends v.ObjectEntries>(name: K, entries: E) => v.object({ event: v.literal(name), ...entries });
export const AcceptedSchema = v.object({
  run_id: id,
  status: v.picklist(RUN_STATES),
  session_id: v.optional(v.string()),
  location: v.string(),
});
export const EventSchema = v.variant('event', [
  event('loading', {
    model: v.string(),
    phase: v.string(),
    bytes_done: v.number(),
    bytes_total: v.number(),
    seconds_left: v.nullable(v.number()),
  }),
  event('waiting', { run_id: id }),
  event('started', { run_id: id }),
  event('progress', { run_id: id, ...ProgressSchema.entries }),
  event('result', OptimizeResponseSchema.entries),
  event('error', { status: nat, ...ErrorSchema.entries }),
]);
export type ApiEvent = v.InferOutput<typeof EventSchema>;
