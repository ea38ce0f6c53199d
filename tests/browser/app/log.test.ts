/** The log on the Settings page: shown, chosen from, taken as a file, cleared. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import type { LogRecord } from '../../../src/store/records.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());

const line = (n: number, change: Partial<LogRecord> = {}): LogRecord => ({
  at: Date.UTC(2026, 5, 1, 12, 0, n),
  level: 'info',
  what: 'run-finished',
  run: `run-${n}`,
  promptHash: 'ab'.repeat(32),
  figures: { promptLength: 40, seconds: 212, score: 0.73, calls: 90, tokens: 61204 },
  engine: 'webllm',
  model: 'Qwen3-4B-q4f16_1-MLC',
  ...change,
});

/** As the worker would have written them. The page must have opened its database before. */
const put = (page: Page, records: LogRecord[]) =>
  page.evaluate(
    (lines) =>
      new Promise<void>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction('log', 'readwrite');
          for (const one of lines) tx.objectStore('log').add(one);
          tx.oncomplete = () => (opening.result.close(), done());
          tx.onerror = () => fail(tx.error);
        };
      }),
    records,
  );

async function open(options: Parameters<App['page']>[0], records: LogRecord[]) {
  const opened = await app.page(options);
  await opened.page.goto(app.server.url + '#/settings');
  await opened.page.getByText('Nothing yet. A run that ends').waitFor();
  await put(opened.page, records);
  await opened.page.reload();
  return { ...opened, log: opened.page.getByRole('region', { name: 'Log' }) };
}

describe('the log', () => {
  it('is shown newest first, chosen from by level and kind, taken as a file, and cleared on a second click', async () => {
    const failed = line(2, { level: 'error', what: 'run-failed', code: 'TypeError', figures: { promptLength: 40 } });
    const { page, errors, log } = await open({}, [line(1), failed, line(3, { what: 'run-stopped' })]);
    await log.getByText('3 of 3 lines, newest first.').waitFor();
    const happened = () => log.locator('.happened').allInnerTexts();
    expect(await happened()).toEqual(['Run stopped', '✕ Run failed', 'Run finished']);
    await log.getByText('prompt of 40 characters · 212 s · score 73 % · 90 calls · 61,204 tokens').first().waitFor();

    await log.getByLabel('Level').selectOption('errors');
    expect(await happened()).toEqual(['✕ Run failed']);
    const [file] = await Promise.all([page.waitForEvent('download'), log.getByRole('button', { name: 'Export as JSON Lines' }).click()]);
    expect(file.suggestedFilename()).toBe('promptevolver-log.jsonl');
    expect(JSON.parse(await readFile(await file.path(), 'utf8'))).toMatchObject({ what: 'run-failed', code: 'TypeError' });
    await log.getByLabel('Level').selectOption('all');
    await log.getByLabel('Kind').selectOption('Run finished');
    expect(await happened()).toEqual(['Run finished']);

    await log.getByRole('button', { name: 'Clear the log' }).click();
    expect(await happened()).toHaveLength(1);
    await log.getByRole('button', { name: 'Yes, clear it' }).click();
    await log.getByText('Cleared. Nothing yet.').waitFor();
    await page.reload();
    await log.getByText('Nothing yet.').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([
    [390, false],
    [820, true],
    [1440, false],
  ])('is readable at %i px, dark: %s', async (width, dark) => {
    const many = Array.from({ length: 60 }, (_, n) =>
      line(n, n % 7 === 0 ? { level: 'error', what: 'model-failed', code: 'out-of-memory' } : {}),
    );
    const { page, log } = await open({ width, dark }, many);
    await log.getByText('60 of 60 lines').waitFor();
    expect(await log.getByRole('listitem').count()).toBe(50);
    await log.getByRole('button', { name: 'Show more' }).click();
    expect(await log.getByRole('listitem').count()).toBe(60);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    expect(await axe(page)).toEqual([]);
    if (process.env['SCREENSHOTS']) {
      await log.getByRole('heading').scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${process.env['SCREENSHOTS']}/log-${width}.png` });
    }
    await page.context().close();
  });
});
