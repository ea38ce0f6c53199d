/** The built app in dist/ under a service worker that answers the API, and pages that ask it. */
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { ISOLATED, launchBrowser, serve, type Server } from '../harness.ts';

export interface ApiApp {
  server: Server;
  browser: Browser;
  /** A browser without memory. */
  context(): Promise<BrowserContext>;
  /** A window of the app, under its service worker. */
  open(context: BrowserContext, place?: string): Promise<Page>;
  close(): Promise<void>;
}

/** @param folder the app is served below it: `sub/` */
export async function openApi(folder = '', launch: () => Promise<Browser> = launchBrowser): Promise<ApiApp> {
  const server = await serve(resolve('dist'), {
    headers: ISOLATED,
    handle: (request, response) => {
      if (request.url === `/${folder}models/index.json`) {
        response.setHeader('Content-Type', 'application/json');
        response.end('[]');
        return true;
      }
      if (folder && request.url?.startsWith(`/${folder}`)) request.url = request.url.slice(folder.length);
      else if (folder && request.url !== '/other.html') {
        response.writeHead(404).end();
        return true;
      }
      if (request.url !== '/other.html') return false;
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Other</title>');
      return true;
    },
  });
  const browser = await launch();
  return {
    server: { ...server, url: server.url + folder },
    browser,
    context: () => browser.newContext(),
    async open(context, place = '') {
      const page = await context.newPage();
      await page.goto(server.url + folder + place);
      await page.evaluate(async () => {
        // The page registers it when it is idle.
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller)
          await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Takes a model of half a megabyte. `endless`: it never ends a reply by itself, so that a run takes its time. */
export async function takeModel(page: Page, { endless = false } = {}): Promise<void> {
  const buffer = Buffer.from(tinyGguf({ contextLength: 2048, name: 'tiny', endless }));
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByText('A model of your own').click();
  await page
    .getByLabel('GGUF file')
    .setInputFiles({ name: `${endless ? 'endless' : 'tiny'}.gguf`, mimeType: 'application/octet-stream', buffer });
  await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
}

export interface Asked {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Of the body, when it is JSON. */
  body: Record<string, unknown>;
}

/** A request of the page's own, as any page of this origin makes it. */
export async function ask(
  page: Page,
  path: string,
  init: { method?: string; headers?: Record<string, string>; json?: unknown; text?: string } = {},
): Promise<Asked> {
  const { method = 'json' in init || 'text' in init ? 'POST' : 'GET', headers = {} } = init;
  const body = 'json' in init ? JSON.stringify(init.json) : init.text;
  const given = await page.evaluate(
    async ([url, request]) => {
      const response = await fetch(url, request);
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    },
    [
      path,
      {
        method,
        headers: { ...('json' in init ? { 'Content-Type': 'application/json' } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      },
    ] as const,
  );
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(given.text);
  } catch {
    // NDJSON, or no JSON: the test looks at the text.
  }
  return { ...given, body: parsed as Record<string, unknown> };
}

export const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ question: `What is ${i} and one?`, answer: String(i + 1) }));
