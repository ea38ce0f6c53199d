/** The built app on the double of its host, and pages of another site that open it with the built client. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Frame, Page } from 'playwright';
import { serve, type Server } from '../harness.ts';
import { openHosted, WAIT, type Hosted } from '../sw/hosted.ts';

export interface Site {
  hosted: Hosted;
  server: Server;
  /** The site's; `other` is that of the same server under another name. */
  origin: string;
  other: string;
  /** A page of the site, with a client that opens the app, and a list `heard` of the events. @param query headers, and `wait` */
  page(mode?: 'window' | 'frame', query?: Record<string, string>): Promise<Page>;
  close(): Promise<void>;
}

/** What the site's page has in `window`. */
export interface OfSite {
  client: { optimize(request: object, options?: object): Promise<Record<string, unknown>>; open(): Promise<void>; close(): void };
  start(request: object): void;
  answer: Promise<Record<string, unknown>>;
  heard: { event: string }[];
  stop: AbortController;
}

/** The last list counts: Playwright's own switches off that a frame's storage is one of its own for each site around it. */
const PARTITIONED = ['--disable-features=HttpsUpgrades,Translate'];

/** What a page of the site may be sent with, by the name in its address. */
const HEADERS = {
  opener: 'Cross-Origin-Opener-Policy',
  embedder: 'Cross-Origin-Embedder-Policy',
  policy: 'Content-Security-Policy',
};

const html = (app: string) => `<!doctype html><html lang="en"><title>A site</title><h1>A site</h1><main></main>
<button>Ask</button>
<script type="module">
  import { createClient } from './promptevolver.js';
  const mode = new URLSearchParams(location.search).get('mode');
  const wait = Number(new URLSearchParams(location.search).get('wait') ?? 30000);
  const client = createClient({ address: ${JSON.stringify(app)}, mode, wait, container: document.querySelector('main') });
  const start = (request) => {
    window.stop = new AbortController();
    window.answer = client.optimize(request, { onEvent: (event) => heard.push(event), signal: window.stop.signal }).catch((error) => ({ ...error }));
  };
  Object.assign(window, { client, start, heard: [], request: null });
  document.querySelector('button').onclick = () => start(window.request);
  document.title = 'Ready';
</script></html>`;

export async function openSite(options: { framedStorage?: boolean } = {}): Promise<Site> {
  const hosted = await openHosted({ ...options, args: options.framedStorage === false ? [] : PARTITIONED });
  const client = await readFile(resolve('dist/embed/promptevolver.js'));
  const example = /```html\n(.*?)```/s.exec(await readFile(resolve('docs/embed.md'), 'utf8'))![1]!;
  const server = await serve([], {
    handle: (request, response) => {
      const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://site');
      for (const [name, header] of Object.entries(HEADERS)) {
        const value = searchParams.get(name);
        if (value) response.setHeader(header, value);
      }
      if (path === '/promptevolver.js') response.setHeader('Content-Type', 'text/javascript');
      else response.setHeader('Content-Type', 'text/html; charset=utf-8');
      if (path === '/promptevolver.js') response.end(client);
      else if (path === '/') response.end(html(hosted.host.url));
      else if (path === '/example.html') response.end(example.replace('https://owner-name.static.hf.space/', hosted.host.url));
      else response.end('<!doctype html><html lang="en"><title>Hostile</title></html>');
      return true;
    },
  });
  const other = server.url.replace(/\/$/, '');
  const origin = other.replace('127.0.0.1', 'localhost');
  return {
    hosted,
    server,
    origin,
    other,
    async page(mode = 'window', query = {}) {
      const page = await hosted.context.newPage();
      await page.goto(`${origin}/?${new URLSearchParams({ mode, ...query }).toString()}`);
      await page.waitForFunction(() => document.title === 'Ready');
      return page;
    },
    async close() {
      await hosted.close();
      await server.close();
    },
  };
}

/** Asks by a click, and answers with the window that it opened. */
export async function askInWindow(page: Page, request: object): Promise<Page> {
  const opening = page.context().waitForEvent('page', WAIT);
  await ask(page, request);
  return opening;
}
export async function ask(page: Page, request: object): Promise<void> {
  await page.evaluate((one) => void Object.assign(window, { request: one }), request);
  await page.getByRole('button', { name: 'Ask' }).click();
}
export const answerOf = (page: Page) => page.evaluate(() => (window as unknown as OfSite).answer);
export const heardBy = (page: Page) => page.evaluate(() => (window as unknown as OfSite).heard.map(({ event }) => event));
/** A window that only asks closes itself at the answer, at times before the click is told to be done. */
export const allow = (app: Page) =>
  app
    .getByRole('button', { name: 'Allow' })
    .click(WAIT)
    .catch((error: unknown) => {
      if (!app.isClosed()) throw error;
    });
export const heading = (app: Page | Frame) => app.getByRole('heading', { level: 1 });
