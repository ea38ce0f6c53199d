/** Records of a history that comes from a file: what each must be before it is stored. Pure. */
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

/** A run as it may be stored: one that was going on elsewhere is interrupted here. Null: it is none. */
export function readRun(value: unknown): RunRecord | null {
  if (!isFields(value) || value['version'] !== 1 || !isId(value['id']) || !isId(value['requestHash'])) return null;
  if (!isNumber(value['createdAt']) || !isNumber(value['updatedAt']) || !isText(value['app'])) return null;
  if (!STATUSES.includes(value['status'] as RunStatus) || !isInput(value['input']) || !isRef(value['model'])) return null;
  const { summary } = value;
  if (summary !== undefined && !(isFields(summary) && isText(summary['optimizedPrompt']) && isNumber(summary['qualityScore']))) return null;
  const run = value as unknown as RunRecord;
  return ['queued', 'running', 'paused'].includes(run.status) ? { ...run, status: 'interrupted' } : run;
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
