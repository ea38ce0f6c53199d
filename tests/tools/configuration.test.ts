import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/promptwizard/settings.ts';
import { envName, SITE_KEYS } from '../../src/store/site.ts';
import { CONTENT_SECURITY_POLICY } from '../../tools/policy.mjs';
import { configurationPage } from '../../tools/configuration.mjs';

describe('docs/deploy.md', () => {
  const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  it('has the policy of the page in its example, and the upload of the workflow', () => {
    expect(page).toContain(`"${CONTENT_SECURITY_POLICY}"`);
    const workflow = readFileSync(new URL('../../.github/workflows/deploy.yml', import.meta.url), 'utf8');
    for (const line of ['hf upload "$HF_SPACE" ./dist . --repo-type space --delete "*"', /huggingface_hub==[\d.]+/.exec(workflow)![0]])
      expect(page).toContain(line);
  });
});

describe('docs/configuration.md', { timeout: 60_000 }, () => {
  it('is what the tables of settings say now', async () => {
    const written = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    expect(written, 'write it anew: node tools/configuration.mjs').toBe(await configurationPage());
    for (const key of [...SETTING_KEYS, ...SITE_KEYS]) expect(written).toContain(`| \`${envName(key)}\``);
  });
  it('names whatever else the build reads from the environment', async () => {
    const build = readFileSync(new URL('../../vite.config.ts', import.meta.url), 'utf8');
    const read = [...build.matchAll(/process\.env\['([^']+)'\]/g)].map(([, name]) => name!);
    expect(read).toContain('CONVEX_WEBHOOK_URL');
    const page = await configurationPage();
    for (const name of read) expect(page).toContain(`\`${name}\``);
  });
});
