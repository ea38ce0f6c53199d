/** Client, worker and store together in Chromium: real workers, real IndexedDB, real Web Locks. */
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APP_CSP, buildEntry, launchBrowser, serve, type Server } from '../harness.ts';
import type { TestPage } from './page.ts';

declare const test: TestPage;

let browser: Browser;
let server: Server;
let context: BrowserContext;
let page: Page;
const requests: string[] = [];

beforeAll(async () => {
  server = await serve(await buildEntry('tests/browser/worker/page.ts'), { headers: { 'Content-Security-Policy': APP_CSP } });
  browser = await launchBrowser(['--host-resolver-rules=MAP elsewhere.test 127.0.0.1']);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  context = await browser.newContext();
  requests.length = 0;
  context.on('request', (request) => requests.push(request.url()));
  page = await open();
});
afterEach(() => context.close());

async function open(): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(server.url);
  await opened.waitForFunction(() => 'test' in window);
  return opened;
}
const callsOf = (run: string, of = page) =>
  of.evaluate(async (id) => (await test.history.readEvents(id)).filter(({ event }) => event.type === 'call').length, run);
const status = (wanted: string, of = page) => of.waitForFunction((s) => test.statuses.at(-1)?.startsWith(s), wanted, { timeout: 20_000 });

describe('the real worker', () => {
  it('is made on first need, answers, and tells what this device can run', async () => {
    expect(requests.filter((url) => url.includes('worker'))).toEqual([]);
    const report = await page.evaluate(() => test.real.device());
    expect(report.capabilities.map(({ engine }) => engine).sort()).toEqual(['openai', 'webllm', 'wllama']);
    expect(report.choice).toMatch(/\w/);
    expect(report.offers.filter((offer) => offer.recommended).length).toBeLessThanOrEqual(1);
    expect(report.quota).toBeGreaterThan(0);
    expect(requests.some((url) => url.endsWith('models/index.json'))).toBe(true);
    expect(await page.evaluate(() => test.real.state())).toMatchObject({ worker: 'alive', model: { state: 'none' } });
  });

  it('gives errors their names and sentences', async () => {
    const error = await page.evaluate(() =>
      test.real.start(test.request('Hello')).catch(({ name, message }: Error) => ({ name, message })),
    );
    expect(error).toEqual({ name: 'not-loaded', message: 'No model is loaded. Load one, then start.' });
  });

  it('is not made for a page from an unsafe address, and the page is told which would do', async () => {
    await page.goto(server.url.replace('127.0.0.1', 'elsewhere.test'));
    await page.waitForFunction(() => 'test' in window);
    const error = await page.evaluate(() => test.real.device().catch(({ name, message }: Error) => ({ name, message })));
    expect(error).toEqual({ name: 'insecure-page', message: expect.stringContaining('https://') });
    expect(await page.evaluate(() => test.history.listRuns())).toEqual([]);
  });

  it('whose script cannot be fetched is given up after three tries, with a sentence', async () => {
    const error = await page.evaluate(() => test.missing.device().catch(({ name }: Error) => name));
    expect(error).toBe('worker-ended');
    await page.waitForFunction(() => test.missing.state().worker === 'failed');
    expect(await page.evaluate(() => test.missing.state().message)).toMatch(/reload the page/);
  });
});

describe('a run', () => {
  it('comes to the page in order, each event once, and is stored', async () => {
    const run = await page.evaluate(() => test.run('Count.'));
    await status('done');
    const stored = await page.evaluate((id) => test.history.readEvents(id), run);
    expect(stored).toHaveLength(14);
    expect(await page.evaluate(() => test.seqs)).toEqual(stored.map(({ seq }) => seq));
    expect(await page.evaluate(async () => (await test.history.listRuns()).map(({ status }) => status))).toEqual(['done']);
  });

  it('is found after a reload of the page and goes on at the first unanswered call', async () => {
    const run = await page.evaluate(() => test.run('SLOW'));
    while ((await callsOf(run)) < 2) await page.waitForTimeout(20);
    await page.reload();
    await page.waitForFunction(() => 'test' in window);
    await page.waitForFunction(async (id) => (await test.history.getRun(id))?.status === 'interrupted', run, { polling: 50 });
    const before = await page.evaluate((id) => test.history.readEvents(id), run);
    await page.evaluate(async (id) => {
      test.watch(id);
      await test.scripted.resume(id);
    }, run);
    await status('done');
    const after = await page.evaluate((id) => test.history.readEvents(id), run);
    expect(before.length).toBeLessThan(after.length);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await page.evaluate(() => test.seqs)).toEqual(after.map(({ seq }) => seq));
  });

  it('outlives a worker that hangs: it is ended, made anew with its model, and the run goes on by itself', async () => {
    await page.evaluate(() => test.run('HANG ONCE'));
    await status('done');
    expect(await page.evaluate(() => test.workers())).toBe(2);
    expect(await page.evaluate(() => test.states.map(({ worker }) => worker))).toContain('restarting');
    expect(await page.evaluate(() => test.seqs)).toEqual(Array.from({ length: 14 }, (_, seq) => seq));
    expect(await page.evaluate(() => test.scripted.state())).toMatchObject({ worker: 'alive', model: { state: 'ready' }, message: null });
  });

  it('outlives a lost device in the same way', async () => {
    await page.evaluate(() => test.run('LOSE ONCE'));
    await status('done');
    expect(await page.evaluate(() => test.workers())).toBe(2);
  });

  it('whose device is lost again and again is kept, and the page is told after three restarts', async () => {
    const run = await page.evaluate(() => test.run('LOSE ALWAYS'));
    await page.waitForFunction(() => test.scripted.state().worker === 'failed', null, { timeout: 20_000 });
    expect(await page.evaluate(() => test.workers())).toBe(4);
    await status('interrupted');
    await page.waitForFunction(async (id) => (await test.history.getRun(id))?.status === 'interrupted', run, { polling: 50 });
  });

  it.each([
    ['HANG ONCE', ['run-finished', 'model-loaded', 'worker-lost hung', 'model-loaded']],
    ['LOSE ONCE', ['run-finished', 'model-loaded', 'run-interrupted device-lost', 'model-loaded']],
  ])('and its trouble are in the log, newest first, without a word of the prompt: %s', async (prompt, lines) => {
    await page.evaluate((text) => test.run(text), prompt);
    await status('done');
    const read = () => page.evaluate(() => test.readLog());
    await expect
      .poll(async () => (await read()).map(({ what, code }) => (code ? `${what} ${code}` : what)), { timeout: 20_000 })
      .toEqual(lines);
    expect(JSON.stringify(await read())).not.toContain(prompt);
    expect((await read())[0]).toMatchObject({
      promptHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      figures: { promptLength: prompt.length },
    });
  });

  it('stops during a call, through the real message channel', async () => {
    const run = await page.evaluate(() => test.run('SLOW'));
    while ((await callsOf(run)) < 1) await page.waitForTimeout(20);
    await page.evaluate((id) => test.scripted.stop(id), run);
    await status('stopped');
    expect(await callsOf(run)).toBeLessThan(6);
  });
});

describe('the person’s own code in a run', () => {
  const scored = (run: string) =>
    page.evaluate(async (id) => (await test.history.readEvents(id)).flatMap(({ event }) => (event.type === 'scored' ? [event] : [])), run);

  it('scores in a sandbox of its own; where it loops it is cut, the row counts for nobody, and the run goes on', async () => {
    const run = await page.evaluate(() =>
      test.judged(`(output, row) => {
        if (row.id === 'r3') for (;;);
        if (row.id === 'r4') { const s = 'a'.repeat(1e6); for (;;) s.indexOf('b'); }
        if (typeof fetch !== 'undefined' || typeof self !== 'undefined') throw new Error('a way out');
        return output.includes('Count') ? 0.5 : 0;
      }`),
    );
    await page.waitForFunction(() => test.statuses.at(-1) === 'done', null, { timeout: 50_000 });
    const events = await scored(run);
    expect(events.length).toBeGreaterThan(10);
    for (const { row, score, error } of events) {
      if (row === 'r3' || row === 'r4') expect([score, error]).toEqual([0, 'Your metric took too long and was stopped.']);
      else expect([score, error]).toEqual([0.5, undefined]);
    }
    expect(await page.evaluate(() => test.workers())).toBe(1);
    expect(events.filter(({ error }) => error !== undefined).map(({ row }) => row)).toEqual(expect.arrayContaining(['r3', 'r4']));
    expect(requests.some((url) => /sandbox/.test(url))).toBe(true);
  }, 60_000);

  it('that is of no use is refused with a sentence before anything is stored', async () => {
    const error = await page.evaluate(() => test.judged('() => nothing').catch(({ name, message }: Error) => ({ name, message })));
    expect(error).toEqual({ name: 'input', message: "Your metric threw ReferenceError: 'nothing' is not defined." });
    expect(await page.evaluate(() => test.history.listRuns())).toEqual([]);
  });
});

describe('a second tab', () => {
  it('is told of the run in the first, looks on to its end, and takes it over when the first is closed', async () => {
    const run = await page.evaluate(() => test.run('SLOW'));
    await status('running');
    const second = await open();
    await second.evaluate(() => test.scripted.load(test.model));
    expect(await second.evaluate(() => test.scripted.start(test.request('Another.')))).toMatchObject({ kind: 'elsewhere', run });
    await second.evaluate((id) => void test.watch(id), run);
    await status('running', second);
    await page.close();
    await status('interrupted', second);
    await second.evaluate((id) => test.scripted.resume(id), run);
    await status('done', second);
    expect(await second.evaluate(() => test.seqs)).toEqual(Array.from({ length: 14 }, (_, seq) => seq));
  });
});

describe('a load', () => {
  it('that fails ends its worker, keeps code and sentence, and the next load has a fresh one', async () => {
    const error = await page.evaluate(() =>
      test.scripted.load({ ...test.model, id: 'broken' }).catch(({ name, message }: Error) => ({ name, message })),
    );
    expect(error).toEqual({ name: 'self-test-failed', message: 'It answered nonsense.' });
    expect(await page.evaluate(() => test.scripted.model())).toMatchObject({ state: 'failed', code: 'self-test-failed' });
    await page.evaluate(() => test.scripted.load(test.model));
    expect(await page.evaluate(() => test.workers())).toBe(2);
    expect(await page.evaluate(() => test.scripted.model().state)).toBe('ready');
  });

  it('that hangs is ended, and the page is told', async () => {
    const name = await page.evaluate(() => test.scripted.load({ ...test.model, id: 'stuck' }).catch((error: Error) => error.name));
    expect(name).toBe('load-timeout');
    expect(await page.evaluate(() => test.scripted.model())).toMatchObject({ state: 'failed', code: 'load-timeout' });
    await page.evaluate(() => test.scripted.load(test.model));
  });
});

describe('storage', () => {
  it('that another tab blocks with an old version says which tabs to close', async () => {
    const old = await open();
    await old.evaluate(
      () =>
        new Promise<void>((resolve) => {
          // A page of long ago that does not listen to `versionchange`.
          const request = indexedDB.open('blocked', 1);
          request.onsuccess = () => {
            Object.assign(window, { held: request.result });
            resolve();
          };
        }),
    );
    const error = await page.evaluate(() =>
      test.openStore({ name: 'blocked', timeoutMs: 700 }).catch(({ name, message }: Error) => ({ name, message })),
    );
    expect(error).toMatchObject({ name: 'storage-blocked', message: expect.stringContaining('Close the other tabs') });
  });

  it('that is full interrupts the run with a sentence, and the run goes on when there is room', async () => {
    const session = await context.newCDPSession(page);
    const origin = new URL(server.url).origin;
    // Before the first use of the database: Chromium remembers the room it found for half a minute.
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000 });
    const run = await page.evaluate(() => test.run('LARGE'));
    await status('interrupted: The space for this page is full');
    const kept = await callsOf(run);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(6);
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await page.reload();
    await page.waitForFunction(() => 'test' in window);
    await page.evaluate(async (id) => {
      test.watch(id);
      await test.scripted.resume(id);
    }, run);
    await status('done');
    expect(await callsOf(run)).toBe(6);
  });

  it('keeps what was typed over a reload', async () => {
    const draft = { task: { prompt: '$& {{name}} <|im_end|>\n\n  ', rows: [] } };
    await page.evaluate((value) => test.preferences.writePreference('draft', value), draft);
    await page.reload();
    await page.waitForFunction(() => 'test' in window);
    expect(await page.evaluate(() => test.preferences.readPreference('draft'))).toEqual(draft);
  });
});
