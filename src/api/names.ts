/** snake_case on the wire, camelCase inside. Nothing else in the app converts. */
import { SETTING_KEYS, wireName, type Settings } from '../promptwizard/settings.ts';

const KEYS = new Map<string, keyof Settings>(SETTING_KEYS.map((key) => [wireName(key), key]));

/** Only names of settings; the values are not looked at. */
export function settingsFromWire(config: Readonly<Record<string, unknown>>): Partial<Settings> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    const key = KEYS.get(name);
    if (key !== undefined && value !== undefined) found[key] = value;
  }
  return found as Partial<Settings>;
}

/** `pValue` → `p_value`, through objects and lists. For data whose keys are names of fields, never texts of a person. */
export function toWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [wireName(key), toWire(inner)]));
}

/** What earlier callers call the default model; other models go by their id, without the mark of their files. */
export function wireModel(id: string): string {
  const name = id.replace(/#[0-9a-f]{8}$/, '');
  const size = /^Qwen3-(\d+(?:\.\d+)?)B-/i.exec(name)?.[1];
  return size === undefined ? name : `qwen3:${size}b`;
}
