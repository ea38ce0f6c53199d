import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/promptwizard/settings.ts';
import { envName, SITE_KEYS } from '../../src/store/site.ts';
import { configurationPage } from '../../tools/configuration.mjs';

describe('docs/configuration.md', { timeout: 60_000 }, () => {
  it('is what the tables of settings say now', async () => {
    const written = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    expect(written, 'write it anew: node tools/configuration.mjs').toBe(await configurationPage());
    for (const key of [...SETTING_KEYS, ...SITE_KEYS]) expect(written).toContain(`| \`${envName(key)}\``);
  });
});
