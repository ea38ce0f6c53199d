/** Every way in which a request can fail, with its status. Texts are for people; none holds a prompt or a stack. */
import { MOST_BYTES } from './limits.ts';

export const STATUS = {
  bad_json: 400,
  empty_prompt: 400,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  body_too_large: 413,
  too_long: 413,
  too_many_rows: 413,
  unsupported_media_type: 415,
  bad_field: 422,
  bad_input: 422,
  too_deep: 422,
  busy: 429,
  cancelled: 499,
  failed: 500,
  storage: 500,
  no_model: 503,
  model_failed: 503,
  no_page: 503,
  page_closed: 503,
  other_page: 503,
  interrupted: 503,
  timeout: 504,
} as const;

export type ErrorCode = keyof typeof STATUS;
export const ERROR_CODES = Object.keys(STATUS) as ErrorCode[];

export interface ErrorMore {
  /** Path of the field that is wrong: `config.top_n`, `rows.3.answer`. */
  field?: string;
  run_id?: string;
  /** The best so far, when a run was cut short. */
  result?: object;
}

export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly more: ErrorMore = {},
    readonly headers: Readonly<Record<string, string>> = {},
    /** Another page of this browser may have a better answer. */
    readonly elsewhere = false,
  ) {
    super(message);
  }
  get status(): number {
    return STATUS[this.code];
  }
  get body(): { detail: string; code: ErrorCode } & ErrorMore {
    return { detail: this.message, code: this.code, ...this.more };
  }
}

/** Anything thrown as an error that may be shown: what is not one of ours says no more than its kind. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new ApiError('failed', `The request ended by a fault of this app (${name}). Try again; if it happens again, reload the page.`);
}

export const tooLarge = (): ApiError =>
  new ApiError('body_too_large', `The body is larger than ${MOST_BYTES} bytes. Send fewer rows: some hundred measure well.`);
