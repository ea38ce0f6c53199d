/** A build with settings of its site, in the browser: the worker obeys them, and the page says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright';
import { build } from 'vite';
import { launchBrowser, serve, type Server } from '../harness.ts';

const SITE = { MODEL: 'qwen3:1.7b', MEMORY_LIMIT: '1000', TEMPERATURE: '0.3' };

let dist: string;
let server: Server;
let browser: Browser;
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'site-'));
  Object.assign(process.env, SITE);
  try {
    await build({ configFile: resolve('vite.config.ts'), logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } });
  } finally {
    for (const name of Object.keys(SITE)) delete process.env[name];
  }
  server = await serve(dist);
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(dist, { recursive: true, force: true });
});

it('wants a model, refuses what needs more memory than allowed, and has its own defaults', async () => {
  const page = await browser.newPage();
  await page.goto(server.url + '#/models');
  const card = page.getByRole('region', { name: 'The model' });
  await card
    .getByText('This site’s model, Qwen3 1.7B, does not fit: It takes 2,037 MiB of memory, and this site allows 1,000 MiB.')
    .waitFor({ timeout: 60_000 });
  const line = (title: string) => card.getByRole('listitem').filter({ hasText: title });
  await line('Qwen3 4B on the CPU').getByText('and this site allows 1,000 MiB').waitFor();
  expect(await line('Qwen3 4B on the CPU').getByRole('button').count()).toBe(0);
  await line('Qwen3 0.6B on the CPU').getByText('recommended').waitFor();
  await page.goto(server.url + '#/settings');
  await expect.poll(() => page.getByLabel('Temperature').inputValue(), { timeout: 30_000 }).toBe('0.3');
  expect(await (await page.request.get(server.url + 'build.json')).json()).toMatchObject({
    settings: { temperature: 0.3 },
    site: { model: 'qwen3:1.7b', memoryLimit: 1000 },
  });
  await page.close();
});
