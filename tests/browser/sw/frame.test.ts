/** The app in the frame of another site, as the host of Spaces shows it: with storage of its own, and with none. */
import type { Frame, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import { openHosted, takeModel, WAIT, type Hosted } from './hosted.ts';

async function inFrame(framedStorage: boolean, work: (frame: Frame, page: Page, hosted: Hosted) => Promise<void>): Promise<void> {
  const hosted = await openHosted({ framedStorage });
  try {
    const page = await hosted.context.newPage();
    await page.goto(hosted.host.frameUrl);
    const frame = page.frames()[1]!;
    await frame.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
    await work(frame, page, hosted);
  } finally {
    await hosted.close();
  }
}

const openFull = async (frame: Frame, page: Page, hosted: Hosted): Promise<void> => {
  const opening = page.context().waitForEvent('page');
  await frame.getByRole('link', { name: 'Open full app' }).click();
  const full = await opening;
  await full.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
  expect(full.url()).toBe(`${hosted.host.url}index.html`);
  expect(await full.evaluate(() => window.top === window.self && window.opener === null)).toBe(true);
  expect(await full.getByRole('link', { name: 'Open full app' }).count()).toBe(0);
};

describe('in a frame with storage', { timeout: 180_000 }, () => {
  it('works, keeps itself there, is not isolated, says what is different, and leads to the full app', () =>
    inFrame(true, async (frame, page, hosted) => {
      await frame.getByText('models are kept apart', { exact: false }).waitFor(WAIT);
      await frame.evaluate(async () => void (await navigator.serviceWorker.ready));
      await page.reload();
      const again = page.frames()[1]!;
      await again.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
      expect(await again.evaluate(() => [Boolean(navigator.serviceWorker.controller), crossOriginIsolated])).toEqual([true, false]);
      await again.evaluate(() => void (location.hash = '#/models'));
      await takeModel(again as unknown as Page);
      expect(await axe(again as unknown as Page)).toEqual([]);
      await openFull(again, page, hosted);
    }));
});

describe('in a frame that may store nothing', { timeout: 180_000 }, () => {
  it('shows the form, says that nothing is kept, and leads to the full app', () =>
    inFrame(false, async (frame, page, hosted) => {
      const blocked = await frame.evaluate(async () => {
        try {
          await new Promise((done, fail) => {
            const opening = indexedDB.open('probe');
            opening.onsuccess = done;
            opening.onerror = () => fail(opening.error);
          });
          return false;
        } catch {
          return true;
        }
      });
      expect(blocked).toBe(true);
      await frame.getByText('lets the page keep nothing', { exact: false }).waitFor(WAIT);
      await openFull(frame, page, hosted);
    }));
});
