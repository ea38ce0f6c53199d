import type { Browser, Page } from 'playwright';
import type { EngineTestApi } from './app/engine.worker.ts';

export type Call = <Name extends keyof EngineTestApi>(
  name: Name,
  ...args: Parameters<EngineTestApi[Name]>
) => Promise<Awaited<ReturnType<EngineTestApi[Name]>>>;

export interface OpenEngine {
  page: Page;
  call: Call;
  /** What the page and its workers complained about. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens the test app in a browser profile of its own: nothing is stored there yet. */
export async function openEngine(browser: Browser, url: string): Promise<OpenEngine> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => 'call' in window);
  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(
      ([n, a]) => (window as unknown as { call: (n: string, ...a: unknown[]) => Promise<unknown> }).call(n as string, ...(a as unknown[])),
      [name, args],
    );
  return { page, call: call as Call, complaints, close: () => context.close() };
}
