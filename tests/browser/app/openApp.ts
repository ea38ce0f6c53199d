/** The built app in dist/ (`npm test` builds it), served as `npm start` serves it but without any model, and pages that look at it. */
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright';
import { ISOLATED, launchBrowser, serve, type Server } from '../harness.ts';

export interface App {
  server: Server;
  browser: Browser;
  /** A page of its own context: nothing is stored yet, and without a service worker what it fetches is seen. Errors of the page fail the test that reads `errors`. */
  page(options?: {
    width?: number;
    height?: number;
    dark?: boolean;
    script?: () => void;
    serviceWorkers?: 'allow' | 'block';
  }): Promise<{ page: Page; errors: string[] }>;
  close(): Promise<void>;
}

export async function openApp(): Promise<App> {
  const server = await serve(resolve('dist'), {
    headers: ISOLATED,
    handle: (request, response) => {
      if (request.url !== '/models/index.json') return false;
      response.setHeader('Content-Type', 'application/json');
      response.end('[]');
      return true;
    },
  });
  const browser = await launchBrowser();
  return {
    server,
    browser,
    async page({ width = 1200, height = 900, dark = false, script, serviceWorkers = 'block' } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', serviceWorkers });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      if (script) await page.addInitScript(script);
      return { page, errors };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
