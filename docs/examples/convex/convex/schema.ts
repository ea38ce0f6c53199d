/** `sessions`: what people asked for. `runs`: what the webhook brought, each run once. */
import { defineSchema, defineTable } from 'convex/server';
import { v, type Infer } from 'convex/values';

/** What a run found. */
export const found = v.object({
  optimized_prompt: v.string(),
  improvements: v.array(v.string()),
  /** Seconds. */
  processing_time: v.number(),
  /** From 0 to 1; absent: not measured. */
  quality_score: v.optional(v.number()),
  /** What the score was measured on, as the app names it: `held-out`, `selection`, … */
  quality: v.optional(v.string()),
  /** `better`, `no-reliable-gain` (then `optimized_prompt` is the person's own prompt), … */
  outcome: v.optional(v.string()),
  model: v.optional(v.string()),
  promptwizard_version: v.optional(v.string()),
});
export type Found = Infer<typeof found>;

export const failure = v.object({ detail: v.string(), code: v.string() });
export type Failure = Infer<typeof failure>;

const maybeFound = found.partial().fields;

export default defineSchema({
  sessions: defineTable({
    status: v.union(v.literal('pending'), v.literal('processing'), v.literal('completed'), v.literal('failed')),
    original_prompt: v.string(),
    /** `tokenIdentifier` of the one who asked; absent: asked without signing in. */
    owner: v.optional(v.string()),
    /** Who works on it, or whose result it holds. */
    source: v.optional(v.union(v.literal('browser'), v.literal('webhook'), v.literal('fallback'))),
    run_id: v.optional(v.string()),
    error: v.optional(v.string()),
    ...maybeFound,
  })
    .index('by_status', ['status'])
    .index('by_owner', ['owner'])
    .index('by_run_id', ['run_id']),

  runs: defineTable({
    run_id: v.string(),
    status: v.union(v.literal('completed'), v.literal('failed')),
    /** Absent: no session of ours was named. */
    session: v.optional(v.id('sessions')),
    /** The mark as it came, whatever it is. */
    session_id: v.optional(v.string()),
    /** ISO 8601, as the app wrote it. */
    timestamp: v.string(),
    /** Whether the session took this result. */
    used: v.boolean(),
    error: v.optional(v.string()),
    error_code: v.optional(v.string()),
    ...maybeFound,
  })
    .index('by_run_id', ['run_id'])
    .index('by_session', ['session']),
});
