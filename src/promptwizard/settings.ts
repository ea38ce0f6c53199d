/**
 * Every setting, once: name, default, range, and the words a person reads. Names are PromptWizard's (arXiv 2405.18369
 * and its published configuration), snake_case on the wire, camelCase inside, UPPER_CASE in the environment.
 */

interface NumberSetting {
  kind: 'integer' | 'number';
  min: number;
  max: number;
  default: number | null;
  /** Empty means: decided by the plan or the run. */
  nullable?: boolean;
}
interface BooleanSetting {
  kind: 'boolean';
  default: boolean;
}
interface ChoiceSetting {
  kind: 'choice';
  choices: readonly string[];
  default: string;
}
export type SettingSpec = (NumberSetting | BooleanSetting | ChoiceSetting) & { label: string; help: string };

export interface Settings {
  mutateRefineIterations: number;
  mutationRounds: number;
  styleVariation: number;
  refineTaskEgIterations: number;
  refineInstruction: boolean;
  questionsBatchSize: number;
  minCorrectCount: number;
  maxEvalBatches: number;
  topN: number;
  seenSetSize: number;
  fewShotCount: number;
  numTrainExamples: number;
  generateReasoning: boolean;
  generateExpertIdentity: boolean;
  generateIntentKeywords: boolean;
  temperature: number;
  maxTokens: number;
  seed: number | null;
  maxCalls: number | null;
  maxTokensTotal: number | null;
  maxMinutes: number | null;
  resolveTieCriteria: 'min' | 'max';
}

const integer = (def: number | null, min: number, max: number, label: string, help: string): SettingSpec => ({
  kind: 'integer',
  default: def,
  min,
  max,
  label,
  help,
  ...(def === null ? { nullable: true } : {}),
});
const flag = (def: boolean, label: string, help: string): SettingSpec => ({ kind: 'boolean', default: def, label, help });

export const SETTINGS: { readonly [K in keyof Settings]: SettingSpec } = {
  mutateRefineIterations: integer(3, 1, 10, 'Rounds', 'Most rounds of mutate, race, critique and refine.'),
  mutationRounds: integer(3, 1, 10, 'Mutation calls a round', 'Calls that ask the model for variants, each with other thinking styles.'),
  styleVariation: integer(3, 1, 6, 'Variants a call', 'Variants asked for in one mutation call.'),
  refineTaskEgIterations: integer(3, 0, 10, 'Example rounds', 'Rounds of the example step and the instruction step, in turn.'),
  refineInstruction: flag(true, 'Critique and refine', 'Let the model criticise the leader and mend it.'),
  questionsBatchSize: integer(5, 1, 25, 'Rows a rung', 'Rows that each rung of the race adds.'),
  minCorrectCount: integer(5, 1, 25, 'Rows in the first rung', 'Rows that every candidate is asked before any is dropped.'),
  maxEvalBatches: integer(6, 1, 50, 'Rungs', 'Most rungs a candidate is asked.'),
  topN: integer(
    1,
    1,
    8,
    'Parents kept',
    'Candidates carried into the next round: the best accepted one, and those that alone solve a row.',
  ),
  seenSetSize: integer(25, 8, 500, 'Search rows', 'Rows the search may see, at most half of all; the rest is held out for the verdict.'),
  fewShotCount: integer(3, 0, 8, 'Examples', 'Most examples in the prompt; none is always tried too.'),
  numTrainExamples: integer(20, 5, 100, 'Practice rows', 'Rows the model makes when there are none.'),
  generateReasoning: flag(true, 'Reasoning in examples', 'Examples may show the steps to the answer.'),
  generateExpertIdentity: flag(true, 'Expert persona', 'Try a persona as system message; kept only if it wins rows.'),
  generateIntentKeywords: flag(true, 'Intent keywords', 'Try a line of keywords; kept only if it wins rows.'),
  temperature: {
    kind: 'number',
    default: 0.7,
    min: 0,
    max: 2,
    label: 'Temperature',
    help: 'For calls that write prompts. Answers are always made at 0.',
  },
  maxTokens: integer(1024, 16, 4096, 'Longest reply', 'Most new tokens in one call.'),
  seed: integer(null, 0, 2147483647, 'Seed', 'Makes every random choice repeatable. Empty: from the run.'),
  maxCalls: integer(null, 1, 100000, 'Most calls', 'Budget, verdict included. Empty: from the plan.'),
  maxTokensTotal: integer(null, 1000, 100000000, 'Most tokens', 'Budget of tokens in and out. Empty: no limit.'),
  maxMinutes: integer(null, 1, 10000, 'Most minutes', 'Budget of model time. Empty: no limit.'),
  resolveTieCriteria: {
    kind: 'choice',
    choices: ['min', 'max'],
    default: 'min',
    label: 'Ties go to',
    help: 'The shorter (min) or the longer (max) of two equally good prompts.',
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as (keyof Settings)[];

/** `mutateRefineIterations` → `mutate_refine_iterations`. */
export const wireName = (key: string): string => key.replace(/[A-Z]/g, (c) => '_' + c.toLowerCase());

export class SettingError extends Error {
  override name = 'setting';
  constructor(
    readonly setting: keyof Settings,
    message: string,
  ) {
    super(message);
  }
}

/** The range in words, as errors and the page show it. */
export function rangeOf(spec: SettingSpec): string {
  switch (spec.kind) {
    case 'boolean':
      return 'true or false';
    case 'choice':
      return spec.choices.join(' or ');
    default:
      return `${spec.kind === 'integer' ? 'a whole number' : 'a number'} from ${spec.min} to ${spec.max}${spec.nullable ? ', or empty' : ''}`;
  }
}

/**
 * Reads one value from anything: JSON, an environment string, a form field.
 * @throws SettingError naming the field, its range and the value
 */
export function readSetting<K extends keyof Settings>(key: K, value: unknown): Settings[K] {
  const spec = SETTINGS[key];
  const bad = () => new SettingError(key, `${wireName(key)} must be ${rangeOf(spec)}; it is ${JSON.stringify(value) ?? String(value)}.`);
  const text = typeof value === 'string' ? value.trim() : value;
  if (spec.kind === 'boolean') {
    if (text === true || text === 'true' || text === '1') return true as Settings[K];
    if (text === false || text === 'false' || text === '0') return false as Settings[K];
    throw bad();
  }
  if (spec.kind === 'choice') {
    if (typeof text === 'string' && spec.choices.includes(text)) return text as Settings[K];
    throw bad();
  }
  if (spec.nullable && (text === null || text === '' || text === undefined)) return null as Settings[K];
  const number = typeof text === 'number' ? text : typeof text === 'string' && text !== '' ? Number(text) : NaN;
  if (!Number.isFinite(number) || number < spec.min || number > spec.max) throw bad();
  if (spec.kind === 'integer' && !Number.isInteger(number)) throw bad();
  return number as Settings[K];
}

export const defaultSettings = (): Settings =>
  Object.fromEntries(SETTING_KEYS.map((key) => [key, SETTINGS[key].default])) as unknown as Settings;

/** Later layers win; undefined fields are left out. Every layer is checked. */
export function mergeSettings(...layers: Partial<Record<keyof Settings, unknown>>[]): Settings {
  const merged: Record<string, unknown> = { ...defaultSettings() };
  for (const layer of layers) {
    for (const key of SETTING_KEYS) if (layer[key] !== undefined) merged[key] = readSetting(key, layer[key]);
  }
  return merged as unknown as Settings;
}

/** Settings given by environment names (`MUTATE_REFINE_ITERATIONS=3`); unset and empty names are left out. */
export function settingsFromEnv(env: Record<string, string | undefined>): Partial<Settings> {
  const found: Partial<Record<keyof Settings, unknown>> = {};
  for (const key of SETTING_KEYS) {
    const value = env[wireName(key).toUpperCase()];
    if (value !== undefined && value.trim() !== '') found[key] = readSetting(key, value);
  }
  return found as Partial<Settings>;
}
