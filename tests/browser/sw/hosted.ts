/** The built app on the double of a static host, in a browser with a profile on disk, as a person's is. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { build } from 'vite';
import { expect } from 'vitest';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { openHost, type Host } from '../../host/host.ts';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../harness.ts';

export const WAIT = { timeout: 60_000 };

export interface Hosted {
  host: Host;
  context: BrowserContext;
  /** Messages of pages and their workers that are errors. */
  errors: string[];
  /** A new tab; the worker has taken it over unless told otherwise. */
  open(place?: string): Promise<Page>;
  /** Ends the browser and starts it again with what it has on disk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param folder what is served
 * @param framedStorage whether pages in frames of other sites may store anything: a choice that people have in their settings
 */
export async function openHosted({
  folder: served = resolve('dist'),
  more = {},
  args = [] as string[],
  framedStorage = true,
} = {}): Promise<Hosted> {
  const folder = await mkdtemp(join(tmpdir(), 'profile-'));
  const profile = { cookie_controls_mode: framedStorage ? 0 : 1, block_third_party_cookies: !framedStorage };
  await mkdir(join(folder, 'Default'));
  await writeFile(join(folder, 'Default/Preferences'), JSON.stringify({ profile }));
  const host = await openHost(served, more);
  const errors: string[] = [];
  const start = async (): Promise<BrowserContext> => {
    const context = await chromium.launchPersistentContext(folder, { executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGS, ...args] });
    context.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    context.on('weberror', (error) => errors.push(error.error().message));
    return context;
  };
  const hosted: Hosted = {
    host,
    errors,
    context: await start(),
    async open(place = '') {
      const page = await hosted.context.newPage();
      await page.goto(host.url + place);
      await controlled(page);
      return page;
    },
    async restart() {
      await hosted.context.close();
      hosted.context = await start();
    },
    async close() {
      await hosted.context.close();
      await host.close().catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
  return hosted;
}

/** Resolves when a service worker answers for the page. */
export const controlled = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
  });

/** As coming back to the tab does, again and again, until a new version waits that did not before: the page does not ask at every time. */
export async function comeBack(page: Page): Promise<void> {
  const waits = () =>
    page.evaluate(async () => {
      dispatchEvent(new Event('focus'));
      const seen = globalThis as { seenBefore?: ServiceWorker };
      const { waiting } = await navigator.serviceWorker.ready;
      if (!waiting || waiting === seen.seenBefore) return false;
      seen.seenBefore = waiting;
      return true;
    });
  await expect.poll(waits, { ...WAIT, interval: 500 }).toBe(true);
}
export const entryOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('script[type=module]')!.getAttribute('src')!);
/** Names of the caches with builds of the page. */
export const buildsKept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('promptevolver/precache ')));

/** How many files of engines are kept, in all folders of the origin. */
export const enginesKept = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('promptevolver/engines '));
    return (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length))).reduce((a, b) => a + b, 0);
  });

let builds = 0;

/** Another build of the same app, with other names of its files: one setting has another default, and the engines' files are called otherwise. */
export async function buildAnother(): Promise<string> {
  const outDir = join(process.env['BUILT_PAGES'] ?? (await mkdtemp(join(tmpdir(), 'builds-'))), `dist-${++builds}`);
  const { NODE_ENV } = process.env;
  process.env['MUTATE_REFINE_ITERATIONS'] = String(builds + 4);
  // Else it is one for development, which registers no worker.
  process.env['NODE_ENV'] = 'production';
  try {
    const output = { chunkFileNames: 'assets/[name]-other-[hash].js', assetFileNames: 'assets/[name]-other-[hash][extname]' };
    await build({
      configFile: resolve('vite.config.ts'),
      logLevel: 'error',
      worker: { rolldownOptions: { output } },
      build: { outDir, emptyOutDir: true },
    });
  } finally {
    delete process.env['MUTATE_REFINE_ITERATIONS'];
    process.env['NODE_ENV'] = NODE_ENV;
  }
  return outDir;
}

export const tinyModel = (endless = false): Buffer => Buffer.from(tinyGguf({ contextLength: 2048, name: 'tiny', endless }));

/** Takes a model of half a megabyte. `endless`: it never ends a reply by itself, so that a run takes its time. */
export async function takeModel(page: Page, { endless = false } = {}): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByText('A model of your own').click();
  await page.getByLabel('GGUF file').setInputFiles({ name: 'tiny.gguf', mimeType: 'application/octet-stream', buffer: tinyModel(endless) });
  await page.getByText(/is ready on/).waitFor(WAIT);
}

/** Fills the form with twenty rows and starts the trial plan; `long`: the thorough one, with replies of a thousand tokens. */
export async function startRun(page: Page, { long = false } = {}): Promise<void> {
  const rows = Array.from({ length: 20 }, (_, i) => `{"question":"What is ${i} and one?","answer":"${i + 1}"}`).join('\n');
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByRole('textbox', { name: 'Your prompt' }).fill('Add one.');
  await page.getByLabel('File with rows').setInputFiles({ name: 'rows.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(rows) });
  await page.getByText('20 rows added', { exact: false }).waitFor(WAIT);
  if (long) {
    await page.getByText('All settings').click();
    await page.getByRole('textbox', { name: 'Longest reply', exact: true }).fill('1000');
  }
  await page.getByRole('radio', { name: long ? /^thorough/i : /^trial/i }).check();
  await page.locator('button.primary.big').click();
  await page.waitForURL(/#\/runs\//, WAIT);
}
