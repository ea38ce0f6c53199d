import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ISOLATED, launchBrowser, serve, type Server } from '../harness.ts';

const WAIT = { timeout: 30_000 };
let server: Server;
let browser: Browser;

/** As the system's share menu sends it: a form, by POST, to the manifest's own address. */
const FORM = `<!doctype html><form action="./share" method="post" enctype="multipart/form-data">
<input name="title"><input name="text"><input name="url"><input name="files" type="file" multiple><button>Share</button></form>`;

beforeAll(async () => {
  server = await serve(resolve('dist'), {
    headers: ISOLATED,
    handle: (request, response) => {
      if (request.url === '/form.html') response.setHeader('Content-Type', 'text/html');
      if (request.url !== '/form.html' && request.method !== 'POST') return false;
      response.writeHead(request.method === 'POST' ? 405 : 200).end(request.method === 'POST' ? 'No.' : FORM);
      return true;
    },
  });
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

it('a share goes by the service worker into the form: text, link and rows', async () => {
  const { share_target } = JSON.parse(await readFile('public/manifest.webmanifest', 'utf8')) as {
    share_target: { action: string; params: object };
  };
  expect(share_target.action).toBe('./share');
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url + 'form.html');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('./sw.js');
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
  });
  await page.locator('[name=text]').fill('Answer with the number.');
  await page.locator('[name=url]').fill('https://a.example/x');
  await page.locator('[name=files]').setInputFiles([
    { name: 'sums.csv', mimeType: 'text/csv', buffer: Buffer.from('question,answer\nWhat is 1 plus 1?,2\nWhat is 2 plus 2?,4') },
    { name: 'huge.csv', mimeType: 'text/csv', buffer: Buffer.alloc(21 * 2 ** 20, 'x') },
  ]);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Your prompt' }).inputValue(), WAIT)
    .toBe('Answer with the number.\nhttps://a.example/x');
  await page.getByText('optional · 2 rows').waitFor(WAIT);
  await page.getByText('Too large, so not opened: huge.csv.').waitFor(WAIT);
  await expect.poll(() => page.url(), WAIT).toBe(server.url + 'index.html#/');
  await page.context().close();
});
