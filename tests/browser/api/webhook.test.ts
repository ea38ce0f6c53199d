import { createHmac } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import { ask, openApi, rows, takeModel, type ApiApp } from './openApi.ts';

/** The other side: takes what comes, and answers with the next status in `answers`. */
interface Heard {
  body: string;
  headers: Record<string, string | string[] | undefined>;
}
let app: ApiApp;
let context: BrowserContext;
let page: Page;
let receiver: HttpServer;
let address: string;
const heard: Heard[] = [];
let answers: number[] = [];

beforeAll(async () => {
  app = await openApi();
  receiver = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader(
      'Access-Control-Allow-Headers',
      'content-type, x-promptevolver-run, x-promptevolver-timestamp, x-promptevolver-signature',
    );
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ body: Buffer.concat(parts).toString(), headers: request.headers });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/webhook?key=of-the-receiver`;
}, 180_000);
afterAll(async () => {
  await app?.close();
  receiver?.close();
});
beforeEach(async () => {
  heard.length = 0;
  answers = [];
  context = await app.context();
  page = await app.open(context);
});
afterEach(() => context.close());

const request = (seed: number) => ({
  prompt: 'Add one.',
  rows: rows(20),
  plan: 'trial',
  config: { max_tokens: 16, seed },
  session_id: 'session 7',
});
async function allow(secret = ''): Promise<void> {
  await page.goto(`${app.server.url}#/settings`);
  await page.getByLabel('Address', { exact: true }).fill(address);
  if (secret) await page.getByLabel('Secret, to sign with (optional)').fill(secret);
  await page.getByRole('button', { name: /^Allow sending to 127\.0\.0\.1/ }).click();
  await page.getByText(/^Runs are sent to/).waitFor();
}
const finished = () => heard.filter(({ body }) => body.includes('run.finished'));

describe('the webhook', () => {
  it('sends nothing before the person allowed the address, and then the run, signed', async () => {
    await takeModel(page);
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByLabel('Address', { exact: true }).fill(address);
    await page.getByText(/^Send to 127/).waitFor();
    expect((await ask(page, 'api/v1/optimize', { json: request(1) })).status).toBe(200);
    expect(heard).toEqual([]);
    await allow('a key');
    const answer = await ask(page, 'api/v1/optimize', { json: request(2) });
    await expect.poll(() => finished().length, { timeout: 30_000 }).toBe(1);
    const [{ body, headers }] = finished() as [Heard];
    expect(JSON.parse(body)).toMatchObject({ ...answer.body, event: 'run.finished', status: 'completed', session_id: 'session 7' });
    expect(headers['x-promptevolver-run']).toBe(answer.body['run_id']);
    const signed = createHmac('sha256', 'a key').update(`${headers['x-promptevolver-timestamp']}.${body}`).digest('hex');
    expect(headers['x-promptevolver-signature']).toBe(`v1=${signed}`);
    expect([headers['cookie'], headers['referer'], headers['content-type']]).toEqual([undefined, undefined, 'application/json']);
    // The run from before the confirmation stays here.
    expect(finished()).toHaveLength(1);
    expect(await axe(page)).toEqual([]);
  }, 180_000);

  it('sends again what was not taken, after a reload too, with the same bytes; one tab only', async () => {
    await takeModel(page);
    await allow();
    answers = [503];
    await ask(page, 'api/v1/optimize', { json: request(3) });
    await expect.poll(() => finished().length, { timeout: 30_000 }).toBe(1);
    await page.reload();
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByText(/^1 run not taken yet/).waitFor({ timeout: 30_000 });
    const other = await app.open(context);
    await Promise.all([page, other].map((one) => one.evaluate(() => dispatchEvent(new Event('online')))));
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => finished().length, { timeout: 30_000 }).toBe(2);
    await expect.poll(() => page.getByText(/not taken yet/).count(), { timeout: 30_000 }).toBe(0);
    const [first, second] = finished() as [Heard, Heard];
    expect(second.body).toBe(first.body);
    expect(second.headers['x-promptevolver-run']).toBe(first.headers['x-promptevolver-run']);
    expect(finished()).toHaveLength(2);
  }, 180_000);

  it('gives up what is refused, and says so in the log without a word of it', async () => {
    await takeModel(page);
    await allow();
    answers = [404];
    await ask(page, 'api/v1/optimize', { json: request(4) });
    const log = () =>
      page.evaluate(
        () =>
          new Promise<unknown[]>((done, fail) => {
            const opening = indexedDB.open('promptevolver');
            opening.onerror = () => fail(opening.error);
            opening.onsuccess = () => {
              const asked = opening.result.transaction('log').objectStore('log').getAll();
              asked.onsuccess = () => (opening.result.close(), done(asked.result as unknown[]));
            };
          }),
      );
    await expect
      .poll(async () => (await log()).filter((line) => (line as { what: string }).what === 'webhook-failed'), { timeout: 30_000 })
      .toMatchObject([{ level: 'error', code: 'http-404', figures: { attempts: 1, status: 404 } }]);
    expect(JSON.stringify(await log())).not.toMatch(/Add one|of-the-receiver/);
  }, 180_000);

  it('holds back, after a reload, what it can no longer sign, until the secret is typed again', async () => {
    await takeModel(page);
    await allow('a key');
    await page.reload();
    await ask(page, 'api/v1/optimize', { json: request(5) });
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByText('Nothing is sent until the secret is typed again').waitFor();
    expect(finished()).toEqual([]);
    await page.getByLabel('Secret, to sign with (optional)').fill('a key');
    await page.getByLabel('Secret, to sign with (optional)').blur();
    await expect.poll(() => finished().length, { timeout: 30_000 }).toBe(1);
  }, 180_000);

  it('tries the address with no words of the person’s, and says what is wrong with one', async () => {
    await page.goto(`${app.server.url}#/settings`);
    const field = page.getByLabel('Address', { exact: true });
    await field.fill('http://a.example/hook');
    await page.getByText(/^The address must begin with https/).waitFor();
    await field.fill(address);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/took it \(status 204\)/).waitFor();
    expect(Object.keys(JSON.parse(heard[0]!.body) as object)).toEqual(['event', 'timestamp']);
    answers = [401];
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/refused it with status 401/).waitFor();
  }, 120_000);
});
