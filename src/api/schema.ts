/**
 * The request, once: checks, types, the OpenAPI document and the words of a refusal come from here. The settings come from
 * the method's own table, so that names and ranges never part.
 */
import * as v from 'valibot';
import { rangeOf, SETTING_KEYS, SETTINGS, wireName, type SettingSpec } from '../promptwizard/settings.ts';
import { PLAN_NAMES } from '../promptwizard/types.ts';
import { between, noList, object, record, said, strictObject, text, texts } from './fields.ts';
import { LONGEST_SESSION_ID, MOST_ROWS, MOST_TEXT, TIMEOUT } from './limits.ts';

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

const metric = <K extends string, E extends v.ObjectEntries>(kind: K, entries: E) => v.strictObject({ kind: v.literal(kind), ...entries });
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
      between(
        TIMEOUT.min,
        TIMEOUT.max,
        'Seconds until the run is stopped and answered with 504; one that others want too goes on. Left out: as long as the plan takes.',
      ),
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
