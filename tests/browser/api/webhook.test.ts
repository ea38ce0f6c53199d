import { createHmac } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import { ask, openApi, rows, takeModel, type ApiApp } from './openApi.ts';

/**
 * The other side: takes what comes, and answers with the next in `answers`: a status, nothing at all (`silent`), an end of
 * the connection (`cut`), or a status and a text without end (`endless`).
 */
interface Heard {
  path: string;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}
let app: ApiApp;
let context: BrowserContext;
let page: Page;
let receiver: HttpServer;
let address: string;
const heard: Heard[] = [];
let answers: (number | 'silent' | 'cut' | 'endless')[] = [];

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
      heard.push({ path: request.url!, body: Buffer.concat(parts).toString(), headers: request.headers });
      const answer = answers.shift() ?? 204;
      if (answer === 'cut') request.socket.destroy();
      else if (answer === 'endless') response.writeHead(200).write('a word');
      else if (answer !== 'silent') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/webhook?key=of-the-receiver`;
}, 180_000);
afterAll(async () => {
  await app?.close();
  receiver?.closeAllConnections();
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
  if (secret) {
    await page.getByLabel('Sign with a secret').check();
    await page.getByLabel('Secret', { exact: true }).fill(secret);
  }
  await page.getByRole('button', { name: /^Allow sending to 127\.0\.0\.1/ }).click();
  await page.getByText(/^Runs are sent to/).waitFor();
}
const stored = (name: string) =>
  page.evaluate(
    (store) =>
      new Promise<unknown[]>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const asked = opening.result.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => (opening.result.close(), done(asked.result as unknown[]));
        };
      }),
    name,
  );
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
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
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
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
    await page.reload();
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByText(/^1 run not taken yet/).waitFor({ timeout: 60_000 });
    const other = await app.open(context);
    await Promise.all([page, other].map((one) => one.evaluate(() => dispatchEvent(new Event('online')))));
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(2);
    await expect.poll(() => page.getByText(/not taken yet/).count(), { timeout: 60_000 }).toBe(0);
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
    const log = () => stored('log');
    await expect
      .poll(async () => (await log()).filter((line) => (line as { what: string }).what === 'webhook-failed'), { timeout: 60_000 })
      .toMatchObject([{ level: 'error', code: 'http-404', figures: { attempts: 1, status: 404 } }]);
    expect(JSON.stringify(await log())).not.toMatch(/Add one|of-the-receiver/);
  }, 180_000);

  it('holds back, after a reload, what it can no longer sign, until the secret is typed again', async () => {
    await takeModel(page);
    await allow('a key');
    await page.reload();
    await ask(page, 'api/v1/optimize', { json: request(5) });
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByText('Nothing is sent until the secret is typed').waitFor();
    expect(finished()).toEqual([]);
    await page.getByLabel('Secret', { exact: true }).fill('a key');
    await page.getByLabel('Secret', { exact: true }).blur();
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
  }, 180_000);

  it('keeps what is refused for its signature, says so, and sends it when the secret is mended', async () => {
    await takeModel(page);
    await allow('a key');
    answers = [401];
    const { body } = await ask(page, 'api/v1/optimize', { json: request(14) });
    await expect.poll(() => stored('outbox'), { timeout: 60_000 }).toMatchObject([{ run: body['run_id'], attempts: 1, held: 401 }]);
    // The network that comes back mends no secret.
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.evaluate(() => navigator.locks.request('promptevolver-webhook', () => {}));
    await page.evaluate(() => void (location.hash = '#/'));
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByText(/^1 run refused with status 401 and kept here/).waitFor({ timeout: 60_000 });
    expect(await axe(page)).toEqual([]);
    expect(finished()).toHaveLength(1);
    await page.getByLabel('Secret', { exact: true }).fill('another key');
    await page.getByLabel('Secret', { exact: true }).blur();
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(2);
    const { body: sent, headers } = finished()[1]!;
    const signed = createHmac('sha256', 'another key').update(`${headers['x-promptevolver-timestamp']}.${sent}`).digest('hex');
    expect(headers['x-promptevolver-signature']).toBe(`v1=${signed}`);
    expect(sent).toBe(finished()[0]!.body);
    await expect.poll(() => stored('outbox'), { timeout: 60_000 }).toEqual([]);
    await page.getByText(/refused with status 401/).waitFor({ state: 'detached', timeout: 60_000 });
  }, 180_000);

  it('is never signed with a secret that another tab has changed', async () => {
    await takeModel(page);
    await allow('an old key');
    const worker = page;
    page = await app.open(context, '#/settings');
    await page.getByText('Nothing is sent until the secret is typed').waitFor({ timeout: 60_000 });
    await page.getByLabel('Secret', { exact: true }).fill('a new key');
    await page.getByLabel('Secret', { exact: true }).blur();
    await page.getByText('Saved on this machine.').waitFor({ timeout: 60_000 });
    await ask(worker, 'api/v1/optimize', { json: request(15) });
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
    const [{ body, headers }] = finished() as [Heard];
    const signed = createHmac('sha256', 'a new key').update(`${headers['x-promptevolver-timestamp']}.${body}`).digest('hex');
    expect(headers['x-promptevolver-signature']).toBe(`v1=${signed}`);
    // Its own page of the settings still has the old one, and does not write it over the new one.
    await worker.getByLabel('Also send runs that are started on this page').check();
    await worker.getByText('Nothing is sent until the secret is typed').waitFor({ timeout: 60_000 });
    await worker.close();
  }, 180_000);

  it('does not wait for a receiver that says nothing: what stands behind it is sent', async () => {
    await takeModel(page);
    await allow();
    answers = ['silent'];
    const one = await ask(page, 'api/v1/optimize', { json: request(6) });
    const two = await ask(page, 'api/v1/optimize', { json: request(7) });
    await expect.poll(() => finished().length, { timeout: 90_000 }).toBe(2);
    expect(finished().map(({ headers }) => headers['x-promptevolver-run'])).toEqual([one.body['run_id'], two.body['run_id']]);
    await expect.poll(() => stored('outbox'), { timeout: 60_000 }).toMatchObject([{ run: one.body['run_id'], attempts: 1 }]);
  }, 240_000);

  it('does not count an attempt that came early, and reached nobody', async () => {
    await takeModel(page);
    await allow();
    answers = [503];
    await ask(page, 'api/v1/optimize', { json: request(8) });
    await expect.poll(() => stored('outbox'), { timeout: 60_000 }).toMatchObject([{ attempts: 1 }]);
    const before = await stored('outbox');
    answers = ['cut', 'cut', 'cut'];
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => answers.length, { timeout: 60_000 }).toBeLessThan(3);
    await page.evaluate(() => navigator.locks.request('promptevolver-webhook', () => {}));
    expect(await stored('outbox')).toEqual(before);
  }, 180_000);

  it.each(['', 'a key'])(
    'sends the runs of a window that was open before the permission, signed with “%s”',
    async (key) => {
      await takeModel(page);
      const worker = page;
      page = await app.open(context);
      await allow(key);
      const answer = await ask(page, 'api/v1/optimize', { json: request(9) });
      expect(answer.status, answer.text).toBe(200);
      await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
      expect(finished()[0]!.headers).toMatchObject({
        'x-promptevolver-run': answer.body['run_id'],
        ...(key ? { 'x-promptevolver-signature': expect.stringMatching(/^v1=/) } : {}),
      });
      await worker.close();
    },
    180_000,
  );

  it('follows the address to another path, and signing to its end; while another host is typed it can be stopped', async () => {
    await takeModel(page);
    await allow('a key');
    const field = page.getByLabel('Address', { exact: true });
    await field.fill(address.replace('/api/webhook', '/other/path'));
    await field.blur();
    await page.getByText('Saved on this machine.').waitFor();
    await ask(page, 'api/v1/optimize', { json: request(10) });
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(1);
    expect(finished()[0]!.path).toMatch(/^\/other\/path/);
    expect(finished()[0]!.headers['x-promptevolver-signature']).toBeDefined();

    await page.getByLabel('Sign with a secret').uncheck();
    await expect
      .poll(() => stored('preferences'))
      .toContainEqual(expect.objectContaining({ key: 'webhook', value: expect.objectContaining({ signed: false }) }));
    await ask(page, 'api/v1/optimize', { json: request(11) });
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(2);
    expect(finished()[1]!.headers['x-promptevolver-signature']).toBeUndefined();

    await field.fill('https://another.example/hook');
    await field.blur();
    await page.getByText('Send to another.example?').waitFor();
    await ask(page, 'api/v1/optimize', { json: request(12) });
    await expect.poll(() => finished().length, { timeout: 60_000 }).toBe(3);
    expect(finished()[2]!.path).toMatch(/^\/other\/path/);
    await page.getByRole('button', { name: /^Stop sending to 127\.0\.0\.1/ }).click();
    await page.getByText('Nothing is sent any more').waitFor();
    await ask(page, 'api/v1/optimize', { json: request(13) });
    expect(await stored('outbox')).toEqual([]);
    expect(finished()).toHaveLength(3);
  }, 240_000);

  it('takes the first words of an answer for the answer, however long it goes on', async () => {
    await page.goto(`${app.server.url}#/settings`);
    await page.getByLabel('Address', { exact: true }).fill(address);
    answers = ['endless'];
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/took it \(status 200\)/).waitFor();
  }, 120_000);

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
