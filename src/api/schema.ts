/**
 * The request and every answer, once: checks, types, the OpenAPI document and the words of a refusal come from here. The
 * settings come from the method's own table, so that names and ranges never part.
 */
import * as v from 'valibot';
import { rangeOf, SETTING_KEYS, SETTINGS, wireName, type SettingSpec } from '../promptwizard/settings.ts';
import { PLAN_NAMES } from '../promptwizard/types.ts';
import { ERROR_CODES } from './errors.ts';
import { LONGEST_SESSION_ID, MOST_ROWS, MOST_TEXT, TIMEOUT } from './limits.ts';

/** `allowed` completes “… must be”; a field's own help stands in the document. */
export interface FieldWords {
  allowed: string;
}
const said = <S extends v.GenericSchema>(schema: S, allowed: string, help = ''): S =>
  v.pipe(
    schema,
    v.metadata({ allowed } satisfies FieldWords),
    v.description(`${help}${help && ' '}${allowed[0]!.toUpperCase()}${allowed.slice(1)}.`),
  ) as unknown as S;

/** For valibot a list is an object too; on the wire it is not. */
function noList<S extends v.GenericSchema>(schema: S): S {
  const run: S['~run'] = schema['~run'].bind(schema);
  const refuse: S['~run'] = (dataset, config) => {
    if (!Array.isArray(dataset.value)) return run(dataset, config);
    v._addIssue(schema, 'type', dataset as unknown as v.OutputDataset<unknown, v.BaseIssue<unknown>>, config);
    return dataset as unknown as v.OutputDataset<unknown, v.BaseIssue<unknown>>;
  };
  return Object.assign(schema, { '~run': refuse });
}
const object = <E extends v.ObjectEntries>(entries: E) => noList(v.object(entries));
const strictObject = <E extends v.ObjectEntries>(entries: E) => noList(v.strictObject(entries));
const record = <S extends v.GenericSchema>(value: S) => noList(v.record(v.string(), value));

const text = (most: number, help = '') => said(v.pipe(v.string(), v.maxLength(most)), `a text of at most ${most} characters`, help);
const between = (min: number, max: number, help = '') =>
  said(v.pipe(v.number(), v.minValue(min), v.maxValue(max)), `a number from ${min} to ${max}`, help);
const texts = (least = 0, most = 1_000) =>
  said(
    v.pipe(v.array(text(MOST_TEXT)), v.minLength(least), v.maxLength(most)),
    `a list of ${least > 0 ? `${least} to ${most}` : `at most ${most}`} texts`,
  );

function settingSchema(spec: SettingSpec): v.GenericSchema {
  const allowed = rangeOf(spec).replace(', or empty', ', or null');
  if (spec.kind === 'boolean') return said(v.boolean(), allowed, spec.help);
  if (spec.kind === 'choice') return said(v.picklist(spec.choices), allowed, spec.help);
  const number = v.pipe(v.number(), v.minValue(spec.min), v.maxValue(spec.max));
  const bounded = spec.kind === 'integer' ? v.pipe(number, v.integer()) : number;
  return said<v.GenericSchema>(spec.nullable ? v.nullable(bounded) : bounded, allowed, spec.help);
}

/** Under their PromptWizard names; those left out follow the Settings page. An unknown name is refused. */
export const ConfigSchema = said(
  strictObject(
    Object.fromEntries(SETTING_KEYS.map((key) => [wireName(key), v.optional(settingSchema(SETTINGS[key]))])) as Record<
      string,
      v.OptionalSchema<v.GenericSchema, undefined>
    >,
  ),
  'an object of settings',
);

/** Other fields, as data sets have them, are passed over. */
export const RowSchema = said(
  object({
    question: v.nullish(text(MOST_TEXT, 'What is asked; may be left out when `inputs` has every variable of the prompt.')),
    inputs: v.nullish(said(record(text(MOST_TEXT)), 'an object of texts', 'By variable of the prompt, the value it takes in this row.')),
    answer: v.nullish(text(MOST_TEXT, 'The right answer.')),
    reasoning: v.nullish(text(MOST_TEXT, 'The steps to it; used only in examples.')),
  }),
  'an object with a question or inputs',
);

const metric = <K extends string, E extends v.ObjectEntries>(kind: K, entries: E) => strictObject({ kind: v.literal(kind), ...entries });
const maybe = v.optional;
const METRICS = [
  metric('exact', {}),
  metric('number', { tolerance: maybe(between(0, 1e12)), relative: maybe(between(0, 1e12)) }),
  metric('choice', { letters: texts(2) }),
  metric('label', {
    labels: texts(2),
    synonyms: maybe(said(record(texts()), 'an object of lists of texts')),
  }),
  metric('contains', {}),
  metric('similarity', {}),
  metric('regex', { pattern: text(2_000), flags: maybe(text(8)) }),
  metric('json', {
    paths: maybe(texts()),
    schema: maybe(said(record(v.unknown()), 'a JSON Schema, an object')),
  }),
  metric('set', { threshold: maybe(between(0, 1)) }),
  metric('custom', { code: text(20_000) }),
  metric('checklist', { criteria: texts(1, 8) }),
] as const;
export const METRIC_KINDS = METRICS.map((one) => one.entries.kind.literal);

export const MetricSchema = said(
  noList(v.variant('kind', METRICS)),
  `an object whose kind is one of ${METRIC_KINDS.join(', ')}`,
  'How answers are judged; left out: by what the rows show.',
);

/** A field that is null counts as left out, as earlier callers send it; other unknown fields are passed over. */
export const OptimizeRequestSchema = said(
  object({
    prompt: said(
      v.pipe(v.string(), v.maxLength(MOST_TEXT), v.regex(/\S/)),
      `a text of at most ${MOST_TEXT} characters, not empty`,
      'The prompt to make better. Places for values are written {{name}}.',
    ),
    session_id: v.nullish(text(LONGEST_SESSION_ID, 'The caller’s own mark; it comes back in the answer and the webhook.')),
    config: v.nullish(ConfigSchema),
    rows: v.nullish(
      said(
        v.pipe(v.array(RowSchema), v.maxLength(MOST_ROWS)),
        `a list of at most ${MOST_ROWS} rows`,
        'To measure on. Without rows the model writes practice rows.',
      ),
    ),
    metric: v.nullish(MetricSchema),
    task_description: v.nullish(text(MOST_TEXT, 'What the task is, for the calls that write prompts.')),
    answer_format: v.nullish(text(MOST_TEXT, 'How the final answer must look.')),
    timeout: v.nullish(
      between(TIMEOUT.min, TIMEOUT.max, 'Seconds until the run is stopped and answered with 504. Left out: as long as the plan takes.'),
    ),
    plan: v.nullish(
      said(v.picklist(PLAN_NAMES), `one of ${PLAN_NAMES.join(', ')}`, 'How much to spend. Left out: as the page would choose.'),
    ),
    system: v.nullish(text(MOST_TEXT, 'The caller’s own system message; it is never replaced.')),
    anew: v.nullish(said(v.boolean(), 'true or false', 'Run even if the same request was answered before.')),
  }),
  'an object with a prompt',
);
export type OptimizeRequest = v.InferOutput<typeof OptimizeRequestSchema>;

const nat = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const id = v.pipe(v.string(), v.minLength(1));
const moment = v.pipe(v.string(), v.isoTimestamp(), v.description('ISO 8601, UTC.'));

export const MessageSchema = v.object({ role: v.picklist(['system', 'user', 'assistant']), content: v.string() });
const ArmSchema = v.object({
  candidate: v.string(),
  mean: share,
  rows: nat,
  unreadable: nat,
  macro_f1: v.optional(v.number()),
  prompt_tokens: v.number(),
  reply_tokens: v.number(),
});
const Interval = v.nullable(v.pipe(v.array(v.number()), v.length(2)));
const PairedSchema = v.object({
  rows: nat,
  wins: v.number(),
  losses: v.number(),
  ties: v.number(),
  difference: v.number(),
  interval: Interval,
  p_value: v.number(),
});
export const VerdictSchema = v.object({
  outcome: v.picklist(['better', 'no-reliable-gain', 'inconclusive', 'not-measured', 'stopped']),
  reason: v.string(),
  looks: nat,
  result: v.string(),
  challenger: v.string(),
  start: v.nullable(ArmSchema),
  free: v.pipe(v.nullable(ArmSchema), v.description('The free baseline, “think step by step”; null: not asked.')),
  final: v.nullable(ArmSchema),
  comparison: v.nullable(PairedSchema),
  against_free: v.nullable(PairedSchema),
  more_rows: v.nullable(v.number()),
  interval: v.pipe(Interval, v.description('Of the gain, 95 %, from -1 to 1.')),
  flips: v.nullable(v.object({ won: v.number(), lost: v.number() })),
});

export const QUALITIES = ['none', 'judged', 'synthetic', 'selection', 'held-out'] as const;
export const OptimizeResponseSchema = v.object({
  original_prompt: v.string(),
  optimized_prompt: v.string(),
  improvements: v.array(v.string()),
  quality_score: v.pipe(share, v.description('What it was measured on: see `quality`.')),
  processing_time: v.pipe(v.number(), v.minValue(0), v.description('Seconds of model time.')),
  session_id: v.optional(v.string()),
  run_id: id,
  messages: v.array(MessageSchema),
  expert_identity: v.optional(v.string()),
  quality: v.picklist(QUALITIES),
  verdict: VerdictSchema,
  usage: v.object({ calls: nat, tokens_in: nat, tokens_out: nat }),
  model: v.string(),
  promptwizard_version: v.string(),
  cached: v.pipe(v.boolean(), v.description('The stored answer to the same request.')),
});
export type OptimizeResponse = v.InferOutput<typeof OptimizeResponseSchema>;

export const HEALTH = ['healthy', 'loading', 'degraded', 'unavailable'] as const;
export const HealthResponseSchema = v.object({
  status: v.picklist(HEALTH),
  model: v.pipe(v.string(), v.description('`qwen3:4b`, the id of another model, or `none`.')),
  promptwizard_version: v.string(),
  timestamp: moment,
  engine: v.nullable(v.picklist(['webllm', 'wllama', 'openai'])),
  queue: v.object({ running: nat, waiting: nat, limit: nat }),
  webgpu: v.pipe(v.nullable(v.boolean()), v.description('null: no page is open that could tell.')),
  detail: v.pipe(v.string(), v.description('What the status means, in a sentence.')),
});
export type HealthResponse = v.InferOutput<typeof HealthResponseSchema>;

export const ErrorSchema = v.object({
  detail: v.string(),
  code: v.picklist(ERROR_CODES),
  field: v.optional(v.pipe(v.string(), v.description('Path of the field that is wrong.'))),
  run_id: v.optional(id),
  result: v.optional(v.pipe(OptimizeResponseSchema, v.description('The best so far, of a run that was cut short.'))),
});
export type ErrorBody = v.InferOutput<typeof ErrorSchema>;

export const RUN_STATES = ['loading', 'waiting', 'running', 'paused', 'completed', 'stopped', 'failed', 'interrupted'] as const;
export const ProgressSchema = v.object({
  phase: v.nullable(v.string()),
  round: nat,
  candidates: nat,
  calls: nat,
  calls_expected: v.pipe(nat, v.description('Made and still to come, as last forecast.')),
  tokens_in: nat,
  tokens_out: nat,
  answers_reused: nat,
  calls_saved: nat,
});
export type Progress = v.InferOutput<typeof ProgressSchema>;
export const RunResponseSchema = v.object({
  run_id: id,
  status: v.picklist(RUN_STATES),
  session_id: v.optional(v.string()),
  created_at: moment,
  updated_at: moment,
  progress: ProgressSchema,
  result: v.optional(OptimizeResponseSchema),
  error: v.optional(v.object({ detail: v.string(), code: v.picklist(ERROR_CODES) })),
  deleted: v.optional(v.boolean()),
});
export type RunResponse = v.InferOutput<typeof RunResponseSchema>;

const event = <K extends string, E extends v.ObjectEntries>(name: K, entries: E) => v.object({ event: v.literal(name), ...entries });
export const AcceptedSchema = v.object({
  run_id: id,
  status: v.picklist(RUN_STATES),
  session_id: v.optional(v.string()),
  location: v.string(),
});
export const EventSchema = v.variant('event', [
  event('loading', {
    model: v.string(),
    phase: v.string(),
    bytes_done: v.number(),
    bytes_total: v.number(),
    seconds_left: v.nullable(v.number()),
  }),
  event('waiting', { run_id: id }),
  event('started', { run_id: id }),
  event('progress', { run_id: id, ...ProgressSchema.entries }),
  event('result', OptimizeResponseSchema.entries),
  event('error', { status: nat, ...ErrorSchema.entries }),
]);
export type ApiEvent = v.InferOutput<typeof EventSchema>;
