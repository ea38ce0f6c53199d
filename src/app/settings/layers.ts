/** Where a setting's value comes from: defaults, the build, the settings page, this run's form. Later wins. Pure. */
import { mergeSettings, readSetting, SETTING_KEYS, type Settings } from '../../promptwizard/settings.ts';

/** What stands in fields, as typed. */
export type Typed = Partial<Record<keyof Settings, string | boolean>>;

export interface Read {
  settings: Settings;
  /** By setting: why what was typed cannot be used. */
  errors: Partial<Record<keyof Settings, string>>;
}

/** `base` with what was typed on top; what cannot be read is named and leaves `base` as it is. Empty text: not set. */
export function readTyped(base: Settings, typed: Typed): Read {
  const settings: Record<string, unknown> = { ...base };
  const errors: Read['errors'] = {};
  for (const key of SETTING_KEYS) {
    const value = typed[key];
    if (value === undefined || (typeof value === 'string' && value.trim() === '')) continue;
    try {
      settings[key] = readSetting(key, value);
    } catch (error) {
      errors[key] = (error as Error).message;
    }
  }
  return { settings: settings as unknown as Settings, errors };
}

/** The build's settings, each known to be readable; a saved value that no longer is falls back to the build's. */
export function baseSettings(build: Partial<Settings>, saved: Partial<Settings>): Settings {
  const base = mergeSettings(build);
  return readTyped(
    base,
    Object.fromEntries(Object.entries(saved).map(([key, value]) => [key, typeof value === 'boolean' ? value : String(value ?? '')])),
  ).settings;
}
