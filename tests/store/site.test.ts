import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/promptwizard/settings.ts';
import { envName, SITE, SITE_KEYS, siteFromEnv, siteRange, siteSettings } from '../../src/store/site.ts';

describe('settings of the site', () => {
  it('are read from the environment under their names in capitals; what is not given has its default', () => {
    const given = siteFromEnv({
      MODEL: ' qwen3:1.7b ',
      MAX_CONCURRENT: '1',
      TIMEOUT: '600',
      MEMORY_LIMIT: '2048',
      RESULT_CACHE: 'false',
      RESULT_CACHE_SIZE: '',
      LOG_LEVEL: 'error',
      OTHER: 'x',
    });
    expect(given).toEqual({
      model: 'qwen3:1.7b',
      maxConcurrent: 1,
      timeout: 600,
      memoryLimit: 2048,
      resultCache: false,
      logLevel: 'error',
    });
    expect(siteSettings(given)).toMatchObject({ maxConcurrent: 1, resultCacheSize: null, logSize: 2000 });
    expect(siteSettings()).toMatchObject({ model: null, maxConcurrent: 3, timeout: null, memoryLimit: null, resultCache: true });
  });

  it.each([
    ['MAX_CONCURRENT', '21', 'MAX_CONCURRENT must be a whole number from 0 to 20; it is "21".'],
    ['MAX_CONCURRENT', '1.5', 'a whole number from 0 to 20'],
    ['TIMEOUT', '9', 'TIMEOUT must be a whole number from 10 to 86400, or empty; it is "9".'],
    ['TIMEOUT', '1e3', 'it is "1e3"'],
    ['MEMORY_LIMIT', '2 GB', 'MEMORY_LIMIT must be a whole number from 256 to 1048576, or empty; it is "2 GB".'],
    ['RESULT_CACHE', 'yes', 'RESULT_CACHE must be true or false; it is "yes".'],
    ['LOG_LEVEL', 'debug', 'LOG_LEVEL must be off or error or info; it is "debug".'],
    ['MODEL', 'a\nb', 'MODEL must be a text of at most 200 characters in one line, or empty; it is "a\\nb".'],
    ['MODEL', 'x'.repeat(201), 'at most 200 characters'],
  ])('out of its range %s=%s is refused, naming it', (name, value, sentence) => {
    expect(() => siteFromEnv({ [name]: value })).toThrow(sentence);
  });

  it('whatever is given, are within their range or refused with name, range and value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SITE_KEYS), fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), (key, text) => {
        const spec = SITE[key];
        try {
          const value = siteFromEnv({ [envName(key)]: text })[key];
          if (value === undefined) expect(text.trim()).toBe('');
          else if (spec.kind === 'integer') {
            expect(Number.isInteger(value)).toBe(true);
            expect(value as number).toBeGreaterThanOrEqual(spec.min);
            expect(value as number).toBeLessThanOrEqual(spec.max);
          }
        } catch (error) {
          const { message } = error as Error;
          for (const part of [envName(key), siteRange(spec), JSON.stringify(text)]) expect(message).toContain(part);
        }
      }),
    );
  });

  it('share no name with a setting of the method', () => {
    expect(SITE_KEYS.filter((key) => (SETTING_KEYS as string[]).includes(key))).toEqual([]);
  });
});
