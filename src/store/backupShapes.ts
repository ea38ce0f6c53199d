/** Records of a history that comes from a file: what each must be before it is stored. Pure. */
import * as v from 'valibot';
import { noList } from '../api/fields.ts';
import { readSetting, SETTING_KEYS } from '../promptwizard/settings.ts';
import { PLAN_NAMES } from '../promptwizard/types.ts';
import { requestHash } from './hash.ts';
import type { CallRecord, EventRecord, InputRecord, RunRecord } from './records.ts';

/** The clock of the other machine may be ahead. ms */
const AHEAD = 86_400_000;

/** A count, or a place in a list. */
const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const text = v.optional(v.string());
/** It stands in the address of a run's page, where half a character cannot stand. */
const id = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(200),
  v.check((given) => !/\p{Surrogate}/u.test(given)),
);
const webAddress = v.pipe(
  v.string(),
  v.url(),
  v.check((given) => /^https?:$/.test(new URL(given).protocol)),
);

const row = v.object({
  id: v.string(),
  question: v.string(),
  inputs: v.optional(noList(v.record(v.string(), v.string()))),
  answer: text,
  reasoning: text,
  origin: v.optional(v.picklist(['user', 'synthetic'])),
});

/** Each as the page would have stored it. One that is not there was not yet a setting. */
const settings = noList(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((given) =>
      SETTING_KEYS.every((key) => {
        try {
          return given[key] === undefined || readSetting(key, given[key]) === given[key];
        } catch {
          return false;
        }
      }),
    ),
  ),
);

const input = v.object({
  task: v.object({
    prompt: v.string(),
    rows: v.array(row),
    system: text,
    description: text,
    answerFormat: text,
    metric: v.optional(v.object({ kind: v.string() })),
  }),
  settings,
  plan: v.picklist(PLAN_NAMES),
  model: v.object({ id, title: v.string(), contextSize: place }),
  seed: place,
});

const named = { id, title: text };
const address = v.optional(webAddress);
const model = v.variant('engine', [
  v.pipe(
    v.object({ engine: v.literal('webllm'), ...named, weightsUrl: address, libraryUrl: address }),
    v.check(({ weightsUrl, libraryUrl }) => (weightsUrl === undefined) === (libraryUrl === undefined)),
  ),
  v.pipe(
    v.object({ engine: v.literal('wllama'), ...named, url: address, file: v.optional(id), bytes: v.optional(place) }),
    v.check(({ url, file }) => (url === undefined) !== (file === undefined)),
  ),
  v.object({
    engine: v.literal('openai'),
    ...named,
    url: webAddress,
    model: text,
    parallel: v.optional(place),
    contextSize: v.optional(place),
  }),
]);

const runRecord = v.object({
  version: v.literal(1),
  id,
  createdAt: place,
  updatedAt: place,
  app: v.string(),
  status: v.picklist(['queued', 'running', 'paused', 'done', 'stopped', 'failed', 'interrupted']),
  input,
  model,
  summary: v.optional(noList(v.record(v.string(), v.unknown()))),
  error: text,
  asked: v.optional(v.object({ by: v.picklist(['api', 'embed']), sessionId: text, origin: text })),
});
const eventRecord = v.object({ run: id, seq: place, event: v.object({ type: v.string() }) });
const inputRecord = v.intersect([
  v.object({ run: id, position: place }),
  v.variant('kind', [v.object({ kind: v.literal('stop') }), v.object({ kind: v.literal('rows'), value: v.array(row) })]),
]);
const callRecord = v.pipe(
  v.object({
    hash: id,
    model: v.string(),
    at: finite,
    reply: v.object({
      text: v.string(),
      finish: v.picklist(['stop', 'length', 'timeout', 'refused']),
      tokensIn: finite,
      tokensOut: finite,
      ms: finite,
      hash: id,
    }),
  }),
  v.check(({ hash, reply }) => reply.hash === hash),
);

/**
 * A run as it may be stored: one that was going on elsewhere is interrupted here and does not go on by itself, it answers
 * the request that is in it whatever the file says, and it is never sent on from here. Null: it is none.
 * @param now milliseconds since 1970
 */
export async function readRun(value: unknown, now = Date.now()): Promise<RunRecord | null> {
  const run = whole<RunRecord>(runRecord, value);
  if (!run || Math.max(run.createdAt, run.updatedAt) > now + AHEAD) return null;
  const { task, settings: set, plan } = run.input;
  const status = ['queued', 'running', 'paused'].includes(run.status) ? 'interrupted' : run.status;
  try {
    return { ...run, status, requestHash: await requestHash(task, set, plan, run.model.id), told: true, imported: true };
  } catch {
    // Nested deeper than anything that a page made.
    return null;
  }
}

export const readEvent = (value: unknown): EventRecord | null => whole<EventRecord>(eventRecord, value);
export const readInput = (value: unknown): InputRecord | null => whole<InputRecord>(inputRecord, value);
export const readCall = (value: unknown): CallRecord | null => whole<CallRecord>(callRecord, value);

/** The value itself, with what a newer version may have added; null when it is not what the schema says. */
const whole = <T>(schema: v.GenericSchema, value: unknown): T | null => (v.is(schema, value) ? (value as T) : null);
