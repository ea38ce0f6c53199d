/** The method's only view of a language model: a pure request, and its reply. */
import type { ChatMessage } from './types.ts';

export type Purpose =
  | 'understand'
  | 'make-rows'
  | 'make-inputs'
  | 'solve'
  | 'judge'
  | 'compare'
  | 'mutate'
  | 'critique'
  | 'refine'
  | 'reason'
  | 'coherence'
  | 'persona'
  | 'keywords'
  | 'repair';

/** The subset of JSON Schema that every engine's grammar compiles quickly: no minLength, maxLength, pattern. */
export type JsonSchema = {
  type: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  enum?: string[];
};

/** The reply is `count` letters, each one of `of`, with nothing between them: a verdict of one token a question. */
export interface Letters {
  of: string[];
  count: number;
}

/** Pure data: two requests that are equal as JSON get the same reply from the store. */
export interface LlmRequest {
  purpose: Purpose;
  messages: ChatMessage[];
  schema?: JsonSchema;
  /** Never together with `schema`. */
  letters?: Letters;
  /** Most new tokens. */
  maxTokens: number;
  temperature: number;
  /** 0 at temperature 0, so that runs share the reply. */
  seed: number;
}

/** `length`: cut at `maxTokens`. `timeout`: the call's own time limit. `refused`: did not fit the context. */
export type Finish = 'stop' | 'length' | 'timeout' | 'refused';

export interface LlmReply {
  text: string;
  finish: Finish;
  tokensIn: number;
  tokensOut: number;
  /** Milliseconds the call took when it was first made; a stored reply keeps them. */
  ms: number;
  /** Hash of (model, request), the key in the store. */
  hash: string;
  /** For `letters`, where the engine tells: by position, the chance of each letter of `of`; each position sums to 1. */
  probabilities?: number[][];
}

/** Rejects only when the engine is gone for good, or with `StoppedError` when the user stopped during the call. */
export type Llm = (request: LlmRequest) => Promise<LlmReply>;

/** The user asked to stop; the best so far is kept. */
export class StoppedError extends Error {
  override name = 'StoppedError';
}

/** What the person is asked in the middle of a run. The answer is a stored input, keyed by `position`. */
export type Question = { kind: 'review-rows'; position: number; rows: import('./types.ts').Row[] };

/** The user's own code or pattern, to be run where it can reach nothing. */
export type Untrusted =
  /** `code` is a JavaScript function expression; its value must survive JSON. */
  | { kind: 'function'; code: string; args: unknown[] }
  /** `value`: the groups of the first match as `(string | null)[]`, the whole match first; null without a match. */
  | { kind: 'pattern'; pattern: string; flags: string; text: string };

/** `error`: one sentence for a person. */
export type UntrustedAnswer = { ok: true; value: unknown } | { ok: false; error: string };

export interface Deps {
  /** Tokens of a text, as the loaded model counts them or a close estimate. Must be the same on replay. */
  countTokens(text: string): number;
  /** True when the user has stopped before call number `call` (0-based). A stored input: the same on replay. */
  stopped(call: number): boolean;
  /** The rows as the user left them, or as they were when nobody answered in time. A stored input. */
  reviewRows(question: Question): Promise<import('./types.ts').Row[]>;
  /** Must answer the same on replay. Never rejects for what the code does: that is `ok: false`. */
  runUntrusted(request: Untrusted): Promise<UntrustedAnswer>;
}
