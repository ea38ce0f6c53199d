/** Records of a history that comes from a file: what each must be before it is stored. Pure. */
import type { EngineName } from '../engines/engine.ts';
import { readSetting, SETTING_KEYS } from '../promptwizard/settings.ts';
import { PLAN_NAMES } from '../promptwizard/types.ts';
import { requestHash } from './hash.ts';
import type { CallRecord, EventRecord, InputRecord, RunRecord, RunStatus } from './records.ts';
import { has, isFields, isList, isNumber, isOneOf, isPlace, isText, maybe } from './shapes.ts';

const STATUSES: readonly RunStatus[] = ['queued', 'running', 'paused', 'done', 'stopped', 'failed', 'interrupted'];
/** The clock of the other machine may be ahead. ms */
const AHEAD = 86_400_000;

/** It stands in the address of a run's page, where half a character cannot stand. */
const isId = (value: unknown): value is string => isText(value) && value !== '' && value.length <= 200 && !/\p{Surrogate}/u.test(value);
const isTime = (value: unknown, now: number): boolean => isPlace(value) && value <= now + AHEAD;

const isTexts = (value: unknown): boolean => isFields(value) && Object.values(value).every(isText);
const isRow = has({
  id: isText,
  question: isText,
  inputs: maybe(isTexts),
  answer: maybe(isText),
  reasoning: maybe(isText),
  origin: maybe((value) => isOneOf(value, ['user', 'synthetic'])),
});

/** Each as the page would have stored it. One that is not there was not yet a setting. */
function isSettings(settings: unknown): boolean {
  if (!isFields(settings)) return false;
  return SETTING_KEYS.every((key) => {
    const value = settings[key];
    try {
      return value === undefined || readSetting(key, value) === value;
    } catch {
      return false;
    }
  });
}

const isInput = has({
  task: has({
    prompt: isText,
    rows: isList(isRow),
    system: maybe(isText),
    description: maybe(isText),
    answerFormat: maybe(isText),
    metric: maybe(has({ kind: isText })),
  }),
  settings: isSettings,
  plan: (value) => isOneOf(value, PLAN_NAMES),
  model: has({ id: isId, title: isText, contextSize: isPlace }),
  seed: isPlace,
});

function isWebAddress(value: unknown): boolean {
  try {
    return isText(value) && /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}
const named = { id: isId, title: maybe(isText) };
const ENGINES: readonly EngineName[] = ['webllm', 'wllama', 'openai'];
const REFS: Readonly<Record<EngineName, (ref: unknown) => boolean>> = {
  webllm: (ref) =>
    has({ ...named, weightsUrl: maybe(isWebAddress), libraryUrl: maybe(isWebAddress) })(ref) &&
    isFields(ref) &&
    (ref['weightsUrl'] === undefined) === (ref['libraryUrl'] === undefined),
  wllama: (ref) =>
    has({ ...named, url: maybe(isWebAddress), file: maybe(isId), bytes: maybe(isPlace) })(ref) &&
    isFields(ref) &&
    (ref['url'] === undefined) !== (ref['file'] === undefined),
  openai: has({ ...named, url: isWebAddress, model: maybe(isText), parallel: maybe(isPlace), contextSize: maybe(isPlace) }),
};
const isRef = (ref: unknown): boolean => isFields(ref) && isOneOf(ref['engine'], ENGINES) && REFS[ref['engine']](ref);

const isAsked = has({ by: (value) => isOneOf(value, ['api', 'embed']), sessionId: maybe(isText), origin: maybe(isText) });

/**
 * A run as it may be stored: one that was going on elsewhere is interrupted here and does not go on by itself, it answers
 * the request that is in it whatever the file says, and it is never sent on from here. Null: it is none.
 * @param now milliseconds since 1970
 */
export async function readRun(value: unknown, now = Date.now()): Promise<RunRecord | null> {
  if (!isFields(value) || value['version'] !== 1 || !isId(value['id'])) return null;
  if (!isTime(value['createdAt'], now) || !isTime(value['updatedAt'], now) || !isText(value['app'])) return null;
  if (!isOneOf(value['status'], STATUSES) || !isInput(value['input']) || !isRef(value['model'])) return null;
  if (!maybe(isFields)(value['summary']) || !maybe(isText)(value['error']) || !maybe(isAsked)(value['asked'])) return null;
  const run = value as unknown as RunRecord;
  const { task, settings, plan } = run.input;
  const status = ['queued', 'running', 'paused'].includes(run.status) ? 'interrupted' : run.status;
  try {
    return { ...run, status, requestHash: await requestHash(task, settings, plan, run.model.id), told: true, imported: true };
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
  const rows = value['kind'] === 'rows' && isList(isRow)(value['value']);
  return rows || value['kind'] === 'stop' ? (value as unknown as InputRecord) : null;
}

export function readCall(value: unknown): CallRecord | null {
  if (!isFields(value) || !isId(value['hash']) || !isText(value['model']) || !isNumber(value['at'])) return null;
  const isReply = has({
    text: isText,
    finish: (finish) => isOneOf(finish, ['stop', 'length', 'timeout', 'refused']),
    tokensIn: isNumber,
    tokensOut: isNumber,
    ms: isNumber,
    hash: (hash) => hash === value['hash'],
  });
  return isReply(value['reply']) ? (value as unknown as CallRecord) : null;
}
