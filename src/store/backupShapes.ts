/** Records of a history that comes from a file: what each must be before it is stored. Pure. */
import { requestHash } from './hash.ts';
import type { CallRecord, EventRecord, InputRecord, RunRecord, RunStatus } from './records.ts';

type Fields = Record<string, unknown>;

const STATUSES: readonly RunStatus[] = ['queued', 'running', 'paused', 'done', 'stopped', 'failed', 'interrupted'];
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): value is string => isText(value) && value !== '' && value.length <= 200;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPlace = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isRow = (row: unknown): boolean => isFields(row) && isText(row['id']) && isText(row['question']);

function isInput(input: unknown): boolean {
  if (!isFields(input) || !isFields(input['task']) || !isFields(input['settings']) || !isFields(input['model'])) return false;
  const { prompt, rows } = input['task'];
  const model = input['model'];
  return isText(prompt) && Array.isArray(rows) && rows.every(isRow) && isText(input['plan']) && isId(model['id']) && isText(model['title']);
}

const isRef = (ref: unknown): boolean =>
  isFields(ref) && isId(ref['id']) && ['webllm', 'wllama', 'openai'].includes(ref['engine'] as string);

function isAsked(asked: unknown): boolean {
  if (!isFields(asked) || !['api', 'embed'].includes(asked['by'] as string)) return false;
  return ['sessionId', 'origin'].every((name) => asked[name] === undefined || isText(asked[name]));
}

/**
 * A run as it may be stored: one that was going on elsewhere is interrupted here, it answers the request that is in it
 * whatever the file says, and it is never sent on from here. Null: it is none.
 */
export async function readRun(value: unknown): Promise<RunRecord | null> {
  if (!isFields(value) || value['version'] !== 1 || !isId(value['id'])) return null;
  if (!isNumber(value['createdAt']) || !isNumber(value['updatedAt']) || !isText(value['app'])) return null;
  if (!STATUSES.includes(value['status'] as RunStatus) || !isInput(value['input']) || !isRef(value['model'])) return null;
  const { summary, asked } = value;
  if (summary !== undefined && !(isFields(summary) && isText(summary['optimizedPrompt']) && isNumber(summary['qualityScore']))) return null;
  if (asked !== undefined && !isAsked(asked)) return null;
  const run = value as unknown as RunRecord;
  const { task, settings, plan } = run.input;
  const status = ['queued', 'running', 'paused'].includes(run.status) ? 'interrupted' : run.status;
  try {
    return { ...run, status, requestHash: await requestHash(task, settings, plan, run.model.id), told: true };
  } catch {
    // Nested deeper than anything that a page made.
    return null;
  }
}

export function readEvent(value: unknown): EventRecord | null {
  if (!isFields(value) || !isId(value['run']) || !isPlace(value['seq'])) return null;
  return isFields(value['event']) && isText(value['event']['type']) ? (value as unknown as EventRecord) : null;
}

export function readInput(value: unknown): InputRecord | null {
  if (!isFields(value) || !isId(value['run']) || !isPlace(value['position'])) return null;
  const rows = value['kind'] === 'rows' && Array.isArray(value['value']) && value['value'].every(isRow);
  return rows || value['kind'] === 'stop' ? (value as unknown as InputRecord) : null;
}

export function readCall(value: unknown): CallRecord | null {
  if (!isFields(value) || !isId(value['hash']) || !isText(value['model']) || !isNumber(value['at'])) return null;
  const { reply } = value;
  const whole =
    isFields(reply) && isText(reply['text']) && isText(reply['finish']) && isNumber(reply['tokensIn']) && isNumber(reply['tokensOut']);
  return whole ? (value as unknown as CallRecord) : null;
}
