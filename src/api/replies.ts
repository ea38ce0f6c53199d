/** Answers as transports send them. Without the schemas, so that a service worker stays small. */
import type { ApiError } from './errors.ts';
import type { ApiEvent } from './answerSchema.ts';

export interface AnswerHead {
  status: number;
  headers: Record<string, string>;
  /** Another page of this browser has it in hand, and may be asked instead. */
  elsewhere?: boolean;
}
/** One JSON text, or live events, each a line. */
export type ApiAnswer = AnswerHead & ({ body: string } | { events: AsyncIterable<ApiEvent> });

export const COMMON = { 'Cache-Control': 'no-store' };

export const json = (status: number, body: object): AnswerHead & { body: string } => ({
  status,
  headers: { ...COMMON, 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

export function errorAnswer(error: ApiError): AnswerHead & { body: string } {
  const answer = json(error.status, error.body);
  return { ...answer, headers: { ...answer.headers, ...error.headers }, ...(error.elsewhere ? { elsewhere: true } : {}) };
}
