/** What the headers of a site's page let through, as docs/embed.md has it, and the page that it shows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { takeModel, WAIT } from '../sw/hosted.ts';
import { allow, answerOf, ask, askInWindow, heading, openSite, type Site } from './openSite.ts';

const request = { prompt: 'Add one.' };
const timeout = 180_000;
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline'";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, timeout);
afterAll(() => site?.close());
afterEach(async () => {
  for (const page of site.hosted.context.pages().slice(1)) await page.close();
});

describe('a page of a site', { timeout }, () => {
  // The first two at the first visit of all, without a service worker.
  it.each<Record<string, string>>([{}, { opener: 'same-origin-allow-popups' }, { policy }, { embedder: 'require-corp' }])(
    'opens the app in a window when it is sent with %o',
    async (headers) => {
      const app = await askInWindow(await site.page('window', headers), request);
      await heading(app).filter({ hasText: site.origin }).waitFor(WAIT);
    },
  );

  it('is told why, when its own header cuts the window off', async () => {
    const page = await site.page('window', { opener: 'same-origin' });
    await ask(page, request);
    expect(await answerOf(page)).toMatchObject({ code: 'no_answer', detail: expect.stringContaining('Cross-Origin-Opener-Policy') });
  });

  it.each<Record<string, string>>([{ policy }, { embedder: 'require-corp' }])(
    'has no answer of a frame when it is sent with %o',
    async (headers) => {
      const page = await site.page('frame', { ...headers, wait: '3000' });
      await ask(page, request);
      expect(await answerOf(page)).toMatchObject({ code: 'no_answer', detail: expect.stringContaining('a frame') });
      expect(await page.locator('iframe').count()).toBe(0);
    },
  );

  it('has a frame when its policy allows it', async () => {
    const page = await site.page('frame', { policy: `${policy}; frame-src ${site.hosted.host.url}; style-src 'unsafe-inline'` });
    await ask(page, request);
    await page.frameLocator('main iframe').getByRole('button', { name: 'Decide in a window' }).waitFor(WAIT);
  });

  it('works as the one in docs/embed.md, from the click to the verdict', async () => {
    const app = await site.hosted.open();
    await takeModel(app);
    await app.close();
    const page = await site.hosted.context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${site.origin}/example.html`);
    const opening = page.context().waitForEvent('page', WAIT);
    await page.getByRole('button', { name: 'Optimize' }).click();
    await allow(await opening);
    const status = page.getByRole('status');
    await status.filter({ hasText: /Kept your prompt|Better/ }).waitFor({ timeout: 120_000 });
    expect(await page.locator('pre').textContent()).toContain('Count the things');
    expect(errors).toEqual([]);
  });
});
