/** What the webhook brings, checked field by field. Fields that we do not keep are passed over: the app may send more than today. */
import type { Failure, Found } from './schema.ts';

export class FieldError extends Error {
  override name = 'field';
  constructor(
    readonly field: string,
    must: string,
  ) {
    super(`${field} must be ${must}.`);
  }
}

export interface Finished {
  run_id: string;
  session_id?: string;
  /** ISO 8601. */
  timestamp: string;
  end: { found: Found } | { error: Failure };
}

// Together well below the 1 MiB of one Convex document.
export const MOST_PROMPT_BYTES = 400_000;
const MOST_IMPROVEMENT_BYTES = 150_000;
const MOST_IMPROVEMENTS = 1000;
const MOST_MARK = 200;
const MOST_DETAIL = 2000;

type Fields = Record<string, unknown>;

/** null: the app only tries the address. @throws FieldError */
export function readDelivery(value: unknown): Finished | null {
  const body = record('the body', value);
  if (body.event === 'test') return null;
  if (body.event !== 'run.finished') throw new FieldError('event', '"run.finished" or "test"');
  const head = { run_id: mark('run_id', body.run_id), ...optional(body, 'session_id', mark), timestamp: moment(body.timestamp) };
  if (body.status === 'completed') return { ...head, end: { found: readFound(body) } };
  if (body.status === 'failed') return { ...head, end: { error: readFailure(body.error) } };
  throw new FieldError('status', '"completed" or "failed"');
}

/** The app's answer, or what of it is in a delivery. @throws FieldError */
export function readFound(body: Fields): Found {
  const score = number('quality_score', body.quality_score, 1);
  const quality = optional(body, 'quality', mark);
  const { outcome } = body.verdict == null ? {} : record('verdict', body.verdict);
  return {
    optimized_prompt: prompt('optimized_prompt', body.optimized_prompt),
    improvements: improvementsOf(body.improvements),
    // The app writes 0 where nothing was measured; here a figure is always a measured one.
    ...(quality.quality === 'none' ? {} : { quality_score: score }),
    processing_time: number('processing_time', body.processing_time, Number.MAX_VALUE),
    ...quality,
    ...(outcome === undefined ? {} : { outcome: mark('verdict.outcome', outcome) }),
    ...optional(body, 'model', mark),
    ...optional(body, 'promptwizard_version', mark),
  };
}

/** @throws FieldError */
export function readFailure(value: unknown): Failure {
  const { detail, code } = record('error', value);
  if (typeof detail !== 'string') throw new FieldError('error.detail', 'a text');
  return { detail: cut(detail), code: mark('error.code', code) };
}

/** @throws FieldError */
export function prompt(field: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw new FieldError(field, 'a text that is not empty');
  if (bytesOf(value) > MOST_PROMPT_BYTES) throw new FieldError(field, `at most ${MOST_PROMPT_BYTES} bytes long`);
  return wellFormed(value);
}

export const cut = (detail: string): string => wellFormed(detail.slice(0, MOST_DETAIL));

/** Convex stores Unicode only; half a character comes from a text that was cut. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function record(field: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FieldError(field, 'an object');
  return value as Fields;
}

/** @throws FieldError */
export function mark(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MOST_MARK)
    throw new FieldError(field, `a text of 1 to ${MOST_MARK} characters`);
  return wellFormed(value);
}

function optional<K extends string>(body: Fields, field: K, read: (field: string, value: unknown) => string): { [P in K]?: string } {
  const value = body[field];
  return value == null ? {} : ({ [field]: read(field, value) } as { [P in K]?: string });
}

function moment(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{5,15}Z$/.test(value) || Number.isNaN(Date.parse(value)))
    throw new FieldError('timestamp', 'a time in ISO 8601 and UTC, as in 2026-07-01T00:00:00.000Z');
  return value;
}

function number(field: string, value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > most)
    throw new FieldError(field, most === 1 ? 'a number from 0 to 1' : 'a number of seconds, not below 0');
  return value;
}

function improvementsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [null];
  if (list.length > MOST_IMPROVEMENTS || !list.every((one) => typeof one === 'string'))
    throw new FieldError('improvements', `a list of ${MOST_IMPROVEMENTS} texts at most`);
  if (list.reduce((sum: number, one) => sum + bytesOf(one as string), 0) > MOST_IMPROVEMENT_BYTES)
    throw new FieldError('improvements', `at most ${MOST_IMPROVEMENT_BYTES} bytes long in all`);
  return (list as string[]).map(wellFormed);
}
