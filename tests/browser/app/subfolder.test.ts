/** The built page wherever it is put: its addresses are relative, and in a folder of a server everything is found. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright';
import { EXAMPLES } from '../../../src/app/examples/examples.ts';
import { launchBrowser, serve, type Server } from '../harness.ts';

const DIST = resolve('dist');
const FOLDER = '/some/folder/';

let server: Server;
let browser: Browser;
beforeAll(async () => {
  server = await serve(DIST, {
    handle: (request, response) => {
      const { url = '/' } = request;
      if (!url.startsWith(FOLDER)) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not in the folder') !== null;
      request.url = url.slice(FOLDER.length - 1);
      if (request.url !== '/models/index.json') return false;
      return response.setHeader('Content-Type', 'application/json').end('[]') !== null;
    },
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe('the built files', () => {
  it('name one another by relative addresses only', async () => {
    const names = (await readdir(DIST, { recursive: true })).filter((name) => /\.(html|js|mjs|css|json|webmanifest)$/.test(name));
    expect(names.length).toBeGreaterThan(10);
    const absolute: string[] = [];
    for (const name of names) {
      const text = await readFile(join(DIST, name), 'utf8');
      const found = [...text.matchAll(/["'`(=]\/(assets|icons|screenshots|recorded|src)\//g), ...text.matchAll(/\burl\(["']?\/(?!\/)/g)];
      if (name.endsWith('.html')) found.push(...text.matchAll(/\b(?:src|href)=["']?\/(?!\/)/g));
      absolute.push(...found.map((match) => `${name}: …${text.slice(match.index, match.index + 40)}`));
    }
    expect(absolute).toEqual([]);
  });
});

describe('in a folder of a server', () => {
  it('the page opens, takes an example, shows every place, and no request fails', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const trouble: string[] = [];
    let requests = 0;
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('requestfailed', (request) => trouble.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on('response', (response) => {
      requests++;
      if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
    });
    const home = server.url.slice(0, -1) + FOLDER;
    await page.goto(home);
    await page.getByRole('textbox', { name: 'Your prompt' }).waitFor();
    await page.getByRole('button', { name: 'Load an example' }).first().click();
    await page.getByRole('button', { name: EXAMPLES[0]!.title }).click();
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Your prompt' }).inputValue(), { timeout: 30_000 })
      .toBe(EXAMPLES[0]!.task.prompt);

    const places: [string, string][] = [
      ['#/runs', 'History'],
      ['#/runs/nobody', 'This run is not on this machine'],
      ['#/recorded', 'Nothing is computed now.'],
      ['#/models', 'Models'],
      ['#/settings', 'Settings'],
      ['#/help', 'Help'],
      ['#/nowhere', 'There is nothing at this address'],
      ['#/', 'Better prompts, measured on your own machine.'],
    ];
    for (const [hash, text] of places) {
      await page.evaluate((to) => (location.hash = to), hash);
      await page.getByRole('main').getByText(text).first().waitFor({ timeout: 60_000 });
      await page.waitForLoadState('networkidle');
    }
    expect(trouble).toEqual([]);
    expect(requests).toBeGreaterThan(10);
    await context.close();
  });
});
