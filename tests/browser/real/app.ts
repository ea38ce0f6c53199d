/** Drives the built app in a real browser as a person does, and reads what it stored. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import type { CallRecord, EventRecord, InputRecord, RunRecord } from '../../../src/store/records.ts';
import { serveApp } from '../../../tools/serve.mjs';
import { launchBrowser } from '../harness.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface App {
  url: string;
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** Messages of the console that are errors, and requests to any other machine. */
  complaints: string[];
  close(): Promise<void>;
}

/** The built app behind its own server, with the folder of the small model as `models/`. */
export async function openApp(models: string, viewport = { width: 1280, height: 900 }): Promise<App> {
  const server = await serveApp({ dist: process.env['DIST'] ?? join(root, 'dist'), models, port: 0 });
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && `${origin}/` !== server.url) complaints.push(`asked ${origin}`);
  });
  // Tasks that hold the page for longer than 50 ms, as the browser itself counts them.
  await page.addInitScript(() => {
    const found: number[] = [];
    Object.assign(globalThis, { longTasks: found });
    new PerformanceObserver((list) => found.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ['longtask'] });
  });
  return {
    url: server.url,
    browser,
    context,
    page,
    complaints,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

export const longTasks = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks);

/** The first `count` rows of the object counting sample, as a file to open. */
export async function countingFile(count: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const text = await readFile(join(root, 'tests/fixtures/rows/bbh-object-counting.jsonl'), 'utf8');
  return { name: 'rows.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text.split('\n').slice(0, count).join('\n')) };
}

/** Fills the form, takes the small model on its button, and waits for the run's page. */
export async function startRun(
  app: App,
  o: { prompt: string; rows: number; plan: string; settings?: Record<string, string>; judge?: string },
): Promise<string> {
  const { page } = app;
  await page.goto(app.url);
  await page.getByRole('textbox', { name: 'Your prompt' }).fill(o.prompt);
  if (o.rows > 0) {
    await page.getByLabel('File with rows').setInputFiles(await countingFile(o.rows));
    await page.getByText(`${o.rows} rows added`, { exact: false }).waitFor();
  }
  if (o.judge) {
    await page.getByText('How an answer is judged').click();
    await page.locator('#metric').selectOption(o.judge);
  }
  if (o.settings) {
    await page.getByText('All settings').click();
    for (const [label, value] of Object.entries(o.settings)) await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('radio', { name: new RegExp(`^${o.plan}`, 'i') }).check();
  await page.getByRole('button', { name: /SmolLM2.*and optimize/ }).click();
  await page.waitForURL(/#\/runs\//, { timeout: 120_000 });
  return page.url().split('#/runs/')[1]!.split('?')[0]!;
}

/** Waits until `done` says so; it is asked every two seconds. */
export async function until(done: () => Promise<boolean>, minutes: number, what: string): Promise<void> {
  for (const end = Date.now() + minutes * 60_000; !(await done());) {
    if (Date.now() > end) throw new Error(`Not within ${minutes} minutes: ${what}.`);
    await new Promise((later) => setTimeout(later, 2_000));
  }
}

export interface Stored {
  run: RunRecord;
  events: EventRecord[];
  calls: CallRecord[];
  inputs: InputRecord[];
}

/** All that the app stored of a run, straight from the browser's database. */
export async function readStored(page: Page, run: string): Promise<Stored> {
  const all = await page.evaluate(
    () =>
      new Promise<Record<string, unknown[]>>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const names = ['runs', 'events', 'calls', 'inputs'];
          const tx = db.transaction(names);
          const found: Record<string, unknown[]> = {};
          for (const name of names) {
            const request = tx.objectStore(name).getAll();
            request.onsuccess = () => (found[name] = request.result);
          }
          tx.oncomplete = () => {
            db.close();
            done(found);
          };
          tx.onerror = () => fail(tx.error);
        };
      }),
  );
  const of = <T extends { run: string }>(list: unknown[]) => (list as T[]).filter((item) => item.run === run);
  const record = (all['runs'] as RunRecord[]).find((r) => r.id === run);
  if (!record) throw new Error(`run ${run} is not stored`);
  return {
    run: record,
    events: of<EventRecord>(all['events']!).sort((a, b) => a.seq - b.seq),
    calls: all['calls'] as CallRecord[],
    inputs: of<InputRecord>(all['inputs']!),
  };
}
