/** A result that comes from a file: whether the page and the API can show it. Pure. */
import type { Outcome, Quality, RunResult } from '../promptwizard/types.ts';
import { has, isList, isNumber, isOneOf, isPlace, isText, maybe, orNull } from './shapes.ts';

const OUTCOMES: readonly Outcome[] = ['better', 'no-reliable-gain', 'inconclusive', 'not-measured', 'stopped'];
const QUALITIES: readonly Quality[] = ['none', 'judged', 'synthetic', 'selection', 'held-out'];

const arm = {
  candidate: isText,
  mean: isNumber,
  rows: isPlace,
  unreadable: isPlace,
  macroF1: maybe(isNumber),
  promptTokens: isNumber,
  replyTokens: isNumber,
};
const isPaired = has({
  rows: isPlace,
  wins: isPlace,
  losses: isPlace,
  ties: isPlace,
  difference: isNumber,
  interval: orNull((value) => isList(isNumber)(value) && (value as number[]).length === 2),
  pValue: isNumber,
});
const isVerdict = has({
  outcome: (value) => isOneOf(value, OUTCOMES),
  reason: isText,
  looks: isPlace,
  result: isText,
  challenger: isText,
  start: orNull(has(arm)),
  final: orNull(has(arm)),
  free: orNull(has(arm)),
  comparison: orNull(isPaired),
  againstFree: orNull(isPaired),
  moreRows: orNull(isNumber),
});
const isResultLike = has({
  originalPrompt: isText,
  messages: isList(has({ role: (value) => isOneOf(value, ['system', 'user', 'assistant']), content: isText })),
  optimizedPrompt: isText,
  improvements: isList(isText),
  qualityScore: isNumber,
  quality: (value) => isOneOf(value, QUALITIES),
  verdict: isVerdict,
  alternative: orNull(has({ ...arm, optimizedPrompt: isText })),
  processingTime: isNumber,
  calls: isPlace,
  tokensIn: isNumber,
  tokensOut: isNumber,
});

export const isResult = (value: unknown): value is RunResult => isResultLike(value);
