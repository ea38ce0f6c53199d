import type { Frame, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../api/openApi.ts';
import { axe } from '../app/axe.ts';
import { takeModel, WAIT } from '../sw/hosted.ts';
import { allow, answerOf, ask, askInWindow, heading, heardBy, openSite, type OfSite, type Site } from './openSite.ts';

const quick = { prompt: 'Add one.', rows: rows(20), plan: 'trial', config: { max_tokens: 16, seed: 1 }, session_id: 'mine' };
const slow = { prompt: 'Slow.', rows: rows(60), plan: 'thorough', config: { max_tokens: 1024 } };
const timeout = 180_000;
const LOOKS = [
  [390, 'light'],
  [820, 'dark'],
  [1440, 'light'],
  [390, 'dark'],
] as const;

let site: Site;
/** Models lie in the app's own storage from the first test on. */
beforeAll(async () => {
  site = await openSite();
  const app = await site.hosted.open();
  await takeModel(app);
  await app.close();
}, timeout);
afterAll(() => site?.close());
afterEach(async () => {
  for (const page of site.hosted.context.pages().slice(1)) await page.close();
});

const inApp = async <T>(place: string, work: (app: Page) => Promise<T>): Promise<T> => {
  const app = await site.hosted.open(place);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
};
const queue = () =>
  inApp('', (app) => app.evaluate(async () => (await (await fetch('api/health')).json()) as { queue: { running: number } }));

describe('in a window', { timeout }, () => {
  it('asks the person, runs a whole optimization, and is remembered until the person takes it back', async () => {
    const page = await site.page();
    const app = await askInWindow(page, quick);
    await heading(app).filter({ hasText: site.origin }).waitFor(WAIT);
    expect(await app.getByRole('button', { name: 'Allow' }).isDisabled()).toBe(true);
    for (const [width, colorScheme] of LOOKS) {
      await app.setViewportSize({ width, height: 800 });
      // Colours that are on their way to others have no contrast of their own.
      await app.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await app.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
      expect(await axe(app)).toEqual([]);
      expect(await app.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await app.getByLabel('Do not ask again').check();
    await allow(app);
    const answer = await answerOf(page);
    expect(answer).toMatchObject({ original_prompt: 'Add one.', session_id: 'mine', cached: false, optimized_prompt: expect.any(String) });
    expect(await heardBy(page)).toEqual(expect.arrayContaining(['waiting', 'started', 'progress', 'result']));
    await app.getByRole('link', { name: 'History' }).last().click();
    await app.getByText(`asked by ${site.origin}, session mine`).waitFor(WAIT);

    // The page is reloaded: the same window, found by its name, answers without a question.
    await page.reload();
    await page.waitForFunction(() => document.title === 'Ready');
    await ask(page, quick);
    expect(await answerOf(page)).toMatchObject({ cached: true, run_id: answer['run_id'] });
    expect(site.hosted.context.pages().filter((one) => one.url().startsWith(site.hosted.host.url))).toHaveLength(1);
    await app.close();
    const anew = await askInWindow(page, quick);
    expect(await answerOf(page)).toMatchObject({ cached: true });
    await anew.close();

    await inApp('#/settings', async (settings) => {
      await settings.getByRole('button', { name: `Remove ${site.origin}` }).click(WAIT);
      await settings.getByText('None.', { exact: true }).waitFor(WAIT);
    });
    const asking = await askInWindow(page, quick);
    await asking.getByRole('button', { name: 'Not now' }).click(WAIT);
    expect(await answerOf(page)).toMatchObject({ code: 'not_allowed', status: 403, detail: expect.any(String) });
    await heading(asking).filter({ hasText: 'may not ask' }).waitFor(WAIT);
  });

  it('is asked about in the window’s other places too', async () => {
    const page = await site.page();
    const app = await askInWindow(page, quick);
    await heading(app).filter({ hasText: site.origin }).waitFor(WAIT);
    await app.evaluate(() => void (location.hash = '#/models'));
    await heading(app).filter({ hasText: 'Models' }).waitFor(WAIT);
    await app.getByText('Another site waits for your answer').waitFor(WAIT);
    await app.getByText(site.origin, { exact: true }).waitFor(WAIT);
    await app.emulateMedia({ reducedMotion: 'reduce' });
    expect(await axe(app)).toEqual([]);
    await app.getByRole('link', { name: 'See what it asks' }).click(WAIT);
    await allow(app);
    await heading(app).filter({ hasText: 'Open for' }).waitFor(WAIT);
    expect(await app.getByText('Another site waits').count()).toBe(0);
    await app.close();
  });

  it('is not allowed by clicking on and on where the button will be', async () => {
    const page = await site.page();
    const app = await askInWindow(page, quick);
    const button = app.getByRole('button', { name: 'Allow' });
    // Pressed from inside, so that no press comes late: in each tenth of a second, for two seconds.
    const longest = await button.evaluate(async (element) => {
      let [last, longest] = [performance.now(), 0];
      for (let i = 0; i < 20; i++) {
        element.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, composed: true }));
        (element as HTMLButtonElement).click();
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        await new Promise((done) => setTimeout(done, 100));
      }
      return longest;
    });
    // A machine that stood still for a second has left the window alone for as long.
    if (longest < 900) expect(await heading(app).textContent()).toContain('May ');
    await allow(app);
    await heading(app).filter({ hasText: 'Open for' }).waitFor(WAIT);
    await app.close();
  });

  it('refuses a body of 21 MB, cancels, and tells what becomes of a window or a page that is closed', async () => {
    await inApp('', (app) => takeModel(app, { endless: true }));
    const page = await site.page();
    const app = await askInWindow(page, { ...quick, prompt: 'x' });
    await allow(app);
    await page.evaluate(() => (window as unknown as OfSite).start({ prompt: 'x'.repeat(21_000_000) }));
    expect(await answerOf(page)).toMatchObject({ code: 'body_too_large', status: 413 });

    const started = async () => {
      await page.evaluate((request) => {
        const site = window as unknown as OfSite;
        site.heard.length = 0;
        site.start(request);
      }, slow);
      await page.waitForFunction(() => (window as unknown as OfSite).heard.some(({ event }) => event === 'progress'), null, WAIT);
    };
    await started();
    await page.evaluate(() => (window as unknown as OfSite).stop.abort());
    expect(await answerOf(page)).toMatchObject({ code: 'cancelled', status: 499 });
    await expect.poll(async () => (await queue()).queue.running, WAIT).toBe(0);

    await started();
    await app.close();
    expect(await answerOf(page)).toMatchObject({ code: 'page_closed', status: 503 });

    const again = await askInWindow(page, slow);
    await allow(again);
    await page.waitForFunction(
      () => (window as unknown as OfSite).heard.filter(({ event }) => event === 'progress').length > 1,
      null,
      WAIT,
    );
    await page.close();
    await heading(again).filter({ hasText: 'has gone' }).waitFor(WAIT);
    await expect.poll(async () => (await queue()).queue.running, WAIT).toBe(0);
  });

  it('hears nobody but the page that opened it, at its origin, and cuts off a flood', async () => {
    const page = await site.page();
    // A page that speaks for itself, as a hostile one would.
    const opening = page.context().waitForEvent('page');
    await page.evaluate((app) => {
      const replies: unknown[] = [];
      const view = open(`${app}index.html?embed#/embed`, 'promptevolver', 'popup')!;
      addEventListener('message', ({ data, ports }) => replies.push(Object.assign({}, data, { port: ports[0] })));
      Object.assign(window, { view, replies });
    }, site.hosted.host.url);
    const app = await opening;
    await heading(app).filter({ hasText: 'Nobody asks' }).waitFor(WAIT);

    // Frames of another origin do not find the window; one of the page's own origin has it, but did not open it.
    const hostile = await frameOf(page, `${site.other}/hostile.html`);
    expect(await hostile.evaluate(() => (open('', 'promptevolver') as Window | null)?.location.href ?? 'none')).toMatch(
      /^(about:blank|none)$/,
    );
    const frame = await frameOf(page, `${site.origin}/inner.html`);
    await frame.evaluate(() => {
      const replies: unknown[] = [];
      addEventListener('message', ({ data }) => replies.push(data));
      Object.assign(window, { replies });
      const { view } = parent as unknown as { view: Window };
      view.postMessage({ type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: 'of-the-frame' }, '*');
    });
    await page.waitForTimeout(200);
    expect(await heading(app).textContent()).toBe('Nobody asks');

    await page.evaluate(() => {
      const { view } = window as unknown as { view: Window };
      for (const odd of [null, 7, 'x', {}, { type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: '<b>' }])
        view.postMessage(odd, '*');
      view.postMessage({ type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: 'of-the-page' }, '*');
    });
    await heading(app).filter({ hasText: site.origin }).waitFor(WAIT);
    await allow(app);
    await page.waitForFunction(() => (window as unknown as { replies: { kind: string }[] }).replies.some(({ kind }) => kind === 'allowed'));
    expect(await frame.evaluate(() => (window as unknown as { replies: unknown[] }).replies)).toEqual([]);

    const closed = await page.evaluate(async () => {
      const { replies } = window as unknown as { replies: { kind: string; port: MessagePort }[] };
      const { port } = replies.find(({ kind }) => kind === 'allowed')!;
      const end = new Promise<unknown>((done) => {
        port.onmessage = ({ data }: MessageEvent<{ kind: string }>) => data.kind === 'closed' && done(data);
      });
      for (let i = 0; i < 500; i++) port.postMessage({ kind: 'cancel', id: i });
      return end;
    });
    expect(closed).toMatchObject({ kind: 'closed', error: { code: 'flood', status: 429 } });
    await heading(app).filter({ hasText: 'was cut off' }).waitFor(WAIT);
    const pinned = await page.evaluate(async () => {
      const { view, replies } = window as unknown as { view: Window; replies: { kind: string; nonce: string; error?: { code: string } }[] };
      view.postMessage({ type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: 'after-flood' }, '*');
      for (;;) {
        const reply = replies.find(({ nonce, kind }) => nonce === 'after-flood' && kind === 'refused');
        if (reply) return reply.error;
        await new Promise((done) => setTimeout(done, 20));
      }
    });
    expect(pinned).toMatchObject({ code: 'flood' });
  });

  it('stays with its first origin when the tab that opened it goes to another', async () => {
    const page = await site.page();
    const app = await askInWindow(page, quick);
    await allow(app);
    await heading(app).filter({ hasText: 'Open for' }).waitFor(WAIT);
    // By the page itself: a person who types an address ends up in a tab that no longer knows the window.
    await page.evaluate((address) => void (location.href = address), `${site.other}/hostile.html`);
    await page.waitForURL(`${site.other}/hostile.html`, WAIT);
    const { origin, pathname } = new URL(app.url());
    const reply = await page.evaluate(async (name) => {
      const heard = new Promise<unknown>((done) => addEventListener('message', ({ data }) => done(data)));
      open('', name)!.postMessage({ type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: 'other-origin' }, '*');
      return heard;
    }, `promptevolver ${origin}${pathname}`);
    expect(reply).toMatchObject({ kind: 'refused', nonce: 'other-origin', error: { code: 'not_allowed' } });
  });
});

async function frameOf(page: Page, src: string): Promise<Frame> {
  await page.evaluate((address) => {
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.append(frame);
  }, src);
  let found: Frame | undefined;
  await expect.poll(() => (found = page.frames().find((frame) => frame.url() === src)) !== undefined, WAIT).toBe(true);
  await found!.waitForLoadState();
  return found!;
}

describe('in a frame', { timeout }, () => {
  it('decides in a window, says that models are apart, and runs with one taken in the frame', async () => {
    const page = await site.page('frame');
    await ask(page, quick);
    let frame: Frame | undefined;
    await expect
      .poll(() => (frame = page.frames().find((one) => one.url().startsWith(site.hosted.host.url))) !== undefined, WAIT)
      .toBe(true);
    const app = frame!;
    await heading(app).filter({ hasText: site.origin }).waitFor(WAIT);
    expect(await app.getByRole('button', { name: 'Allow' }).count()).toBe(0);

    // A frame beside it may speak to it, and is not heard.
    const hostile = await frameOf(page, `${site.other}/hostile.html`);
    await hostile.evaluate(() => {
      const replies: unknown[] = [];
      addEventListener('message', ({ data }) => replies.push(data));
      Object.assign(window, { replies });
      for (const kind of ['ready', 'refused', 'allowed'])
        parent.postMessage({ type: 'promptevolver-embed', kind, version: 1, nonce: 'hostile-frame', error: {} }, '*');
      for (let i = 0; i < parent.frames.length; i++)
        if (parent.frames[i] !== window)
          parent.frames[i]!.postMessage({ type: 'promptevolver-embed', kind: 'hello', version: 1, nonce: 'hostile-frame' }, '*');
    });

    const opening = page.context().waitForEvent('page');
    await app.getByRole('button', { name: 'Decide in a window' }).click(WAIT);
    const consent = await opening;
    await heading(consent).filter({ hasText: site.origin }).waitFor(WAIT);
    expect(await axe(consent)).toEqual([]);
    await allow(consent);
    expect(await answerOf(page)).toMatchObject({ code: 'no_model', status: 503, detail: expect.stringContaining('in a window') });
    expect(await hostile.evaluate(() => (window as unknown as { replies: unknown[] }).replies)).toEqual([]);

    await app.getByText('No model is here yet').waitFor(WAIT);
    expect(await axe(app as unknown as Page)).toEqual([]);
    await takeModel(app as unknown as Page);
    await app.evaluate(() => void (location.hash = '#/embed'));
    await ask(page, quick);
    expect(await answerOf(page)).toMatchObject({ original_prompt: 'Add one.', cached: false });
    await expect.poll(() => page.locator('main iframe').isHidden(), WAIT).toBe(true);
  });
});

it('in a frame that may store nothing says so, and what helps', { timeout }, async () => {
  const other = await openSite({ framedStorage: false });
  try {
    const page = await other.page('frame');
    await ask(page, quick);
    const opening = page.context().waitForEvent('page');
    await page.frameLocator('main iframe').getByRole('button', { name: 'Decide in a window' }).click(WAIT);
    await allow(await opening);
    expect(await answerOf(page)).toMatchObject({ code: 'storage', detail: expect.stringContaining('Open it in a window') });
  } finally {
    await other.close();
  }
});
