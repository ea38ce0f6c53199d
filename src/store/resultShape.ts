/** A result that comes from a file: whether the page and the API can show it. Pure. */
import * as v from 'valibot';
import type { RunResult } from '../promptwizard/types.ts';

const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

const arm = v.object({
  candidate: v.string(),
  mean: finite,
  rows: place,
  unreadable: place,
  macroF1: v.optional(finite),
  promptTokens: finite,
  replyTokens: finite,
});
const paired = v.nullable(
  v.object({
    rows: place,
    wins: place,
    losses: place,
    ties: place,
    difference: finite,
    interval: v.nullable(v.strictTuple([finite, finite])),
    pValue: finite,
  }),
);
const result = v.object({
  originalPrompt: v.string(),
  messages: v.array(v.object({ role: v.picklist(['system', 'user', 'assistant']), content: v.string() })),
  optimizedPrompt: v.string(),
  improvements: v.array(v.string()),
  qualityScore: finite,
  quality: v.picklist(['none', 'judged', 'synthetic', 'selection', 'held-out']),
  verdict: v.object({
    outcome: v.picklist(['better', 'no-reliable-gain', 'inconclusive', 'not-measured', 'stopped']),
    reason: v.string(),
    looks: place,
    result: v.string(),
    challenger: v.string(),
    start: v.nullable(arm),
    final: v.nullable(arm),
    free: v.nullable(arm),
    comparison: paired,
    againstFree: paired,
    moreRows: v.nullable(finite),
  }),
  alternative: v.nullable(v.object({ ...arm.entries, optimizedPrompt: v.string() })),
  processingTime: finite,
  calls: place,
  tokensIn: finite,
  tokensOut: finite,
});

export const isResult = (value: unknown): value is RunResult => v.is(result, value);
