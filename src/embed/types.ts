/** The API's schema in plain types, for a package without dependencies. `tests/embed/types.test.ts` holds both together. */

export interface Row {
  question?: string | null;
  answer?: string | null;
  inputs?: Record<string, string> | null;
  reasoning?: string | null;
}

export interface OptimizeRequest {
  /** The prompt to make better, 200,000 characters at most. */
  prompt: string;
  /** Your own mark; it comes back in the answer and in the webhook. */
  session_id?: string | null;
  /** PromptWizard's settings under their names: `mutate_refine_iterations`, `top_n`, `seed`, … */
  config?: Record<string, string | number | boolean | null> | null;
  /** To measure on, 5,000 at most. Without rows the model writes practice rows. */
  rows?: Row[] | null;
  /** How answers are judged, as `{ kind: 'number' }`; left out: by what the rows show. */
  metric?: { kind: string; [option: string]: unknown } | null;
  task_description?: string | null;
  answer_format?: string | null;
  /** Seconds until the run is stopped and the request fails with `timeout`. Left out: as long as the plan takes. */
  timeout?: number | null;
  plan?: 'trial' | 'quick' | 'standard' | 'thorough' | null;
  /** Your own system message; it is never replaced. */
  system?: string | null;
  /** Run even if the same request was answered before. */
  anew?: boolean | null;
}

export interface Arm {
  candidate: string;
  /** From 0 to 1. */
  mean: number;
  rows: number;
  unreadable: number;
  macro_f1?: number;
  prompt_tokens: number;
  reply_tokens: number;
}

export interface Comparison {
  rows: number;
  wins: number;
  losses: number;
  ties: number;
  difference: number;
  /** 95 %: from, to. */
  interval: number[] | null;
  p_value: number;
}

export interface Verdict {
  outcome: 'better' | 'no-reliable-gain' | 'inconclusive' | 'not-measured' | 'stopped';
  reason: string;
  looks: number;
  result: string;
  challenger: string;
  start: Arm | null;
  /** The free baseline, "think step by step"; null: not asked. */
  free: Arm | null;
  final: Arm | null;
  comparison: Comparison | null;
  against_free: Comparison | null;
  more_rows: number | null;
  /** Of the gain, 95 %, from -1 to 1. */
  interval: number[] | null;
  flips: { won: number; lost: number } | null;
}

export interface OptimizeResponse {
  original_prompt: string;
  optimized_prompt: string;
  improvements: string[];
  /** From 0 to 1; what it was measured on: see `quality`. */
  quality_score: number;
  /** Seconds of model time. */
  processing_time: number;
  session_id?: string;
  run_id: string;
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
  expert_identity?: string;
  quality: 'none' | 'judged' | 'synthetic' | 'selection' | 'held-out';
  /** Look at `outcome` first: with `no-reliable-gain` the optimized prompt is your own. */
  verdict: Verdict;
  usage: { calls: number; tokens_in: number; tokens_out: number };
  model: string;
  promptwizard_version: string;
  /** The stored answer to the same request. */
  cached: boolean;
}

/** Of the API, and five of the way to it: the last ones. */
export type ErrorCode =
  | 'bad_json'
  | 'empty_prompt'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'body_too_large'
  | 'too_long'
  | 'too_many_rows'
  | 'unsupported_media_type'
  | 'bad_field'
  | 'bad_input'
  | 'too_deep'
  | 'busy'
  | 'cancelled'
  | 'failed'
  | 'storage'
  | 'no_model'
  | 'model_failed'
  | 'no_page'
  | 'page_closed'
  | 'other_page'
  | 'interrupted'
  | 'timeout'
  | 'blocked'
  | 'no_answer'
  | 'not_allowed'
  | 'other_version'
  | 'flood';

export interface ErrorBody {
  /** A sentence. */
  detail: string;
  code: ErrorCode;
  /** Path of the field that is wrong. */
  field?: string;
  run_id?: string;
  /** The best so far, of a run that was cut short. */
  result?: OptimizeResponse;
}

export interface Progress {
  phase: string | null;
  round: number;
  candidates: number;
  calls: number;
  /** Made and still to come, as last forecast. */
  calls_expected: number;
  tokens_in: number;
  tokens_out: number;
  answers_reused: number;
  calls_saved: number;
}

export type OptimizeEvent =
  | { event: 'loading'; model: string; phase: string; bytes_done: number; bytes_total: number; seconds_left: number | null }
  | { event: 'waiting'; run_id: string }
  | { event: 'started'; run_id: string }
  | ({ event: 'progress'; run_id: string } & Progress)
  | ({ event: 'result' } & OptimizeResponse)
  | ({ event: 'error'; status: number } & ErrorBody);
