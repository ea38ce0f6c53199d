/**
 * In flight mode: a real model taken from a static host, the host's process killed, the browser ended and started again,
 * and a whole run from prompt to verdict.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listModels } from '../../../tools/models.mjs';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../harness.ts';
import { countingFile, readStored, until } from '../real/app.ts';
import { controlled, enginesKept, WAIT } from './hosted.ts';

const model = process.env['SMALL_MODEL'];

describe.skipIf(!model)('without a network', { timeout: 1_200_000 }, () => {
  let folder: string;
  let host: ChildProcess;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  const errors: string[] = [];

  async function startBrowser(): Promise<void> {
    const profile = join(folder, 'profile');
    context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM_PATH, args: CHROMIUM_ARGS });
    page = await context.newPage();
    context.on('weberror', (error) => errors.push(error.error().message));
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'offline-'));
    const { models } = await listModels(dirname(model!));
    const small = models.filter(({ file }) => file === basename(model!));
    await writeFile(join(folder, 'index.json'), JSON.stringify(small));
    const more = [`models/index.json=${join(folder, 'index.json')}`, `models/${basename(model!)}=${model}`];
    host = spawn(process.execPath, [resolve('tests/host/serve.mjs'), resolve('dist'), ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
    url = await new Promise((done) => {
      let said = '';
      host.stdout!.on('data', (part) => {
        const found = /address (\S+)/.exec((said += part));
        if (found) done(found[1]!);
      });
    });
    await startBrowser();
  }, 120_000);
  afterAll(async () => {
    await context?.close();
    host?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('had a model before, with its engine', async () => {
    await page.goto(url);
    await controlled(page);
    await page.goto(`${url}index.html#/models`);
    await page.reload();
    await page
      .getByRole('button', { name: /^Get.*SmolLM2/ })
      .first()
      .click(WAIT);
    await page.getByText(/is ready on/).waitFor({ timeout: 300_000 });
    await expect.poll(() => enginesKept(page), WAIT).toBe(2);
  });

  it('opens from the disk when the host is gone and the browser was started anew', async () => {
    await context.close();
    const gone = new Promise((done) => host.once('exit', done));
    host.kill('SIGKILL');
    await gone;
    await expect(fetch(url)).rejects.toThrow();
    await startBrowser();
    await page.goto(url);
    await page.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it('goes from a prompt to the verdict', async () => {
    await page.getByRole('textbox', { name: 'Your prompt' }).fill('Answer the question.');
    await page.getByLabel('File with rows').setInputFiles(await countingFile(10));
    await page.getByText('10 rows added', { exact: false }).waitFor(WAIT);
    await page.getByText('All settings').click();
    await page.getByRole('textbox', { name: 'Longest reply', exact: true }).fill('16');
    await page.getByRole('radio', { name: /^trial/i }).check();
    await page.getByRole('button', { name: /SmolLM2.*and optimize/ }).click();
    await page.waitForURL(/#\/runs\//, { timeout: 180_000 });
    const run = page.url().split('#/runs/')[1]!.split('?')[0]!;
    await until(async () => !['running', 'queued'].includes((await readStored(page, run)).run.status), 15, 'the verdict');
    const stored = await readStored(page, run);
    expect(stored.run.status).toBe('done');
    expect(stored.calls.length).toBeGreaterThan(0);
    expect(stored.run.summary?.outcome).toBeTruthy();
    await page.getByText('Processing time').waitFor(WAIT);
  });

  it('opens every place of the app', async () => {
    for (const [place, words] of [
      ['#/runs', 'Answer the question.'],
      ['#/models', 'Files on this machine'],
      ['#/settings', 'Settings'],
      ['#/recorded', 'recorded'],
      ['#/help', 'Help'],
    ] as const) {
      await page.evaluate((hash) => void (location.hash = hash), place);
      await page.getByRole('main').getByText(words).first().waitFor(WAIT);
    }
    expect(errors).toEqual([]);
  });
});
