import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultSettings,
  mergeSettings,
  readSetting,
  SETTING_KEYS,
  SETTINGS,
  settingsFromEnv,
  wireName,
} from '../../src/promptwizard/settings.ts';

describe('settings', () => {
  it('have the names, defaults and ranges that callers know', () => {
    const wire = Object.fromEntries(SETTING_KEYS.map((k) => [wireName(k), SETTINGS[k].default]));
    expect(wire).toMatchObject({
      mutate_refine_iterations: 3, mutation_rounds: 3, seen_set_size: 25, few_shot_count: 3,
      generate_reasoning: true, generate_expert_identity: true, temperature: 0.7, max_tokens: 1024,
    }); // prettier-ignore
  });
  it('come from the environment by their upper-case names', () => {
    expect(
      settingsFromEnv({ MUTATE_REFINE_ITERATIONS: '5', GENERATE_REASONING: 'false', TEMPERATURE: '', SEED: '12', PATH: '/bin' }),
    ).toEqual({
      mutateRefineIterations: 5,
      generateReasoning: false,
      seed: 12,
    });
  });
  it('name the field, its range and the value when one is bad', () => {
    expect(() => settingsFromEnv({ SEEN_SET_SIZE: '3' })).toThrow('seen_set_size must be a whole number from 8 to 500; it is "3".');
    expect(() => readSetting('generateReasoning', 'perhaps')).toThrow('generate_reasoning must be true or false; it is "perhaps".');
    expect(() => readSetting('resolveTieCriteria', 'mean')).toThrow('min or max');
  });
  it('later layers win', () => {
    expect(mergeSettings({ temperature: 1 }, { temperature: 0.2, maxTokens: 64 })).toEqual({
      ...defaultSettings(),
      temperature: 0.2,
      maxTokens: 64,
    });
  });
  it('are either in range or refused, whatever is given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_KEYS), fc.anything(), (key, value) => {
        try {
          const read = readSetting(key, value);
          expect(readSetting(key, read)).toEqual(read);
        } catch (error) {
          expect((error as Error).name).toBe('setting');
          expect((error as Error).message).toContain(wireName(key));
        }
      }),
    );
  });
});
