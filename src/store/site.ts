/**
 * What is decided by whoever puts the page online, at build time: limits of the app and its choices, none of the method.
 * Every setting once, with name, default, range and words; the environment has their names in capitals.
 */
import { rangeOf, wireName, type SettingSpec } from '../promptwizard/settings.ts';

/** Empty means: none. */
interface TextSetting {
  kind: 'text';
  longest: number;
  default: null;
  label: string;
  help: string;
}
export type SiteSpec = SettingSpec | TextSetting;

export interface SiteSettings {
  /** Name of a model, or `qwen3:4b` and the like. */
  model: string | null;
  maxConcurrent: number;
  /** Seconds. */
  timeout: number | null;
  /** MiB. */
  memoryLimit: number | null;
  resultCache: boolean;
  /** Runs. */
  resultCacheSize: number | null;
  logLevel: 'off' | 'error' | 'info';
  /** Lines. */
  logSize: number;
}

export const SITE: { readonly [K in keyof SiteSettings]: SiteSpec } = {
  model: {
    kind: 'text',
    longest: 200,
    default: null,
    label: 'Model',
    help: 'The model that the page chooses where the device can run it: a name from its list, or qwen3:8b, qwen3:4b, qwen3:1.7b, qwen3:0.6b for that size on whatever the device has. Empty: the page chooses by the device.',
  },
  maxConcurrent: {
    kind: 'integer',
    default: 3,
    min: 0,
    max: 20,
    label: 'Runs that wait',
    help: 'How many runs may wait behind the one at work. Further ones are refused as busy.',
  },
  timeout: {
    kind: 'integer',
    default: null,
    min: 10,
    max: 86_400,
    nullable: true,
    label: 'Longest run',
    help: 'Seconds that a run may be at work, counted anew when it is taken up again; pauses do not count. Then it is stopped and keeps the best so far. Empty: the plan and its budget decide.',
  },
  memoryLimit: {
    kind: 'integer',
    default: null,
    min: 256,
    max: 1_048_576,
    nullable: true,
    label: 'Memory for a model',
    help: 'MiB. A model that is known to need more is refused: on the graphics card by its published need, else by the size of its files. Empty: the device decides.',
  },
  resultCache: {
    kind: 'boolean',
    default: true,
    label: 'Stored results',
    help: 'The same prompt, rows, settings and model are answered at once by the run that is stored. The person can always run anew.',
  },
  resultCacheSize: {
    kind: 'integer',
    default: null,
    min: 1,
    max: 100_000,
    nullable: true,
    label: 'Runs that answer again',
    help: 'Only the newest so many runs of the history may answer the same request again; the history itself is kept. Empty: all.',
  },
  logLevel: {
    kind: 'choice',
    choices: ['off', 'error', 'info'],
    default: 'info',
    label: 'Log',
    help: 'What the log in the browser takes in: nothing, what went wrong, or every run and model too.',
  },
  logSize: {
    kind: 'integer',
    default: 2000,
    min: 10,
    max: 100_000,
    label: 'Lines of the log',
    help: 'The oldest lines go when there are more.',
  },
};

export const SITE_KEYS = Object.keys(SITE) as (keyof SiteSettings)[];

/** `maxConcurrent` → `MAX_CONCURRENT`. */
export const envName = (key: string): string => wireName(key).toUpperCase();

/** The range in words. */
export const siteRange = (spec: SiteSpec): string =>
  spec.kind === 'text' ? `a text of at most ${spec.longest} characters in one line, or empty` : rangeOf(spec);

export class SiteSettingError extends Error {
  override name = 'site-setting';
}

/** @param text from the environment, not empty. @throws SiteSettingError naming the setting, its range and the value */
function readSite(key: keyof SiteSettings, text: string): string | number | boolean {
  const spec = SITE[key];
  const bad = () => new SiteSettingError(`${envName(key)} must be ${siteRange(spec)}; it is ${JSON.stringify(text)}.`);
  const value = text.trim();
  switch (spec.kind) {
    case 'text':
      if (value.length > spec.longest || /\p{Cc}/u.test(value)) throw bad();
      return value;
    case 'boolean':
      if (['true', '1'].includes(value)) return true;
      if (['false', '0'].includes(value)) return false;
      throw bad();
    case 'choice':
      if (!spec.choices.includes(value)) throw bad();
      return value;
    default: {
      const number = /^[+-]?[\d.]+$/.test(value) ? Number(value) : NaN;
      if (!(number >= spec.min && number <= spec.max) || (spec.kind === 'integer' && !Number.isInteger(number))) throw bad();
      return number;
    }
  }
}

/** What the build's environment gives; unset and empty names are left out. @throws SiteSettingError */
export function siteFromEnv(env: Record<string, string | undefined>): Partial<SiteSettings> {
  const found: Partial<Record<keyof SiteSettings, string | number | boolean>> = {};
  for (const key of SITE_KEYS) {
    const text = env[envName(key)];
    if (text !== undefined && text.trim() !== '') found[key] = readSite(key, text);
  }
  return found as Partial<SiteSettings>;
}

/** The defaults, and what the build gave in their place. */
export const siteSettings = (given: Partial<SiteSettings> = {}): SiteSettings => ({
  ...(Object.fromEntries(SITE_KEYS.map((key) => [key, SITE[key].default])) as unknown as SiteSettings),
  ...given,
});
