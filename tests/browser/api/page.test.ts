import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import { openApi, takeModel, type ApiApp } from './openApi.ts';

let app: ApiApp;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  app = await openApi('sub/folder/');
  context = await app.context();
  page = await app.open(context);
}, 180_000);
afterAll(() => app?.close());

describe('the page of the API, served from a folder', () => {
  it('lists every address of the document, with its fields and answers', async () => {
    await page.goto(`${app.server.url}#/help`);
    await page.getByRole('link', { name: 'The API, to look at and try' }).click();
    for (const name of ['POST /api/v1/optimize', 'GET /api/health', 'GET /api/v1/runs/{id}', 'DELETE /api/v1/runs/{id}'])
      await page.getByRole('heading', { name }).waitFor();
    const optimize = page.getByRole('region', { name: 'POST /api/v1/optimize', exact: true });
    await optimize.getByText('Fields', { exact: true }).click();
    await optimize.getByText('session_id (optional)').waitFor();
    await optimize.getByText('Answers', { exact: true }).click();
    await optimize.getByText('504', { exact: true }).waitFor();
  });

  it('tries them: live events, an answer at once, a run and its end', async () => {
    await takeModel(page);
    await page.evaluate(() => void (location.hash = '#/api'));
    const optimize = page.getByRole('region', { name: 'POST /api/v1/optimize', exact: true });
    await optimize.getByRole('button', { name: 'Send' }).click();
    const answer = optimize.getByRole('region', { name: /^Answer of/ });
    await expect.poll(() => answer.innerText(), { timeout: 60_000 }).toContain('"event":"result"');
    const run = /"run_id":"([^"]+)"/.exec(await answer.innerText())![1]!;
    const one = page.getByRole('region', { name: 'GET /api/v1/runs/{id}', exact: true });
    await one.getByLabel('Run id').fill(run);
    await one.getByRole('button', { name: 'Send' }).click();
    await one.getByText('Status 200').waitFor();
    await expect.poll(() => one.getByRole('region', { name: /^Answer of/ }).innerText()).toContain('"status": "completed"');
    await optimize.getByLabel('Live events', { exact: false }).uncheck();
    await optimize.getByLabel('Answer at once', { exact: false }).check();
    await optimize.getByRole('textbox').fill('{"prompt": 3}');
    await optimize.getByRole('button', { name: 'Send' }).click();
    await optimize.getByText('Status 422').waitFor();
  }, 120_000);

  it.each([
    [390, false],
    [820, true],
    [1440, false],
  ])('fits %s px, dark: %s, without a mistake that axe sees', async (width, dark) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    for (const place of ['api', 'settings']) {
      await page.evaluate((to) => void (location.hash = `#/${to}`), place);
      await page.getByRole('heading', { name: place === 'api' ? 'GET /api/health' : 'Webhook' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await axe(page)).toEqual([]);
      if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/${place}-${width}.png`, fullPage: true });
    }
  });
});
