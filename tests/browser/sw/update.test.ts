/** A new deploy under an open page: told, applied on request, never in a run, and never a white page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axe } from '../app/axe.ts';
import {
  buildAnother,
  comeBack,
  controlled,
  enginesKept,
  entryOf,
  openHosted,
  startRun,
  takeModel,
  tinyModel,
  WAIT,
  type Hosted,
} from './hosted.ts';

const READY = 'A new version of this page is ready.';
let next: string;
let hosted: Hosted;

beforeAll(async () => {
  next = await buildAnother();
}, 120_000);
beforeEach(async () => {
  hosted = await openHosted();
}, 120_000);
afterEach(() => hosted?.close());

const notice = (page: Page) => page.getByText(READY, { exact: false });

describe('a new version', { timeout: 180_000 }, () => {
  it('is told when the person comes back, applied when asked for, and keeps what was typed', async () => {
    const page = await hosted.open();
    const before = await entryOf(page);
    await hosted.host.deploy(next);
    await comeBack(page);
    await notice(page).waitFor(WAIT);
    expect(await entryOf(page)).toBe(before);
    await page.getByRole('textbox', { name: 'Your prompt' }).fill('Typed a moment ago.');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => entryOf(page).catch(() => before), WAIT).not.toBe(before);
    await expect.poll(() => page.getByRole('textbox', { name: 'Your prompt' }).inputValue(), WAIT).toBe('Typed a moment ago.');
    expect(await notice(page).count()).toBe(0);
  });

  it('is not taken by a reload, which shows the same version, whole, though every file on the server is another', async () => {
    const page = await hosted.open();
    const before = await entryOf(page);
    await hosted.host.deploy(next);
    await page.reload();
    await notice(page).waitFor(WAIT);
    expect(await entryOf(page)).toBe(before);
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(WAIT);
  });

  it('is never offered during a run of any tab, but after it', async () => {
    const page = await hosted.open();
    await takeModel(page, { endless: true });
    await startRun(page, { long: true });
    const other = await hosted.open('#/help');
    await hosted.host.deploy(next);
    await comeBack(other);
    for (const tab of [page, other]) {
      await tab.getByText('It is offered when the run has ended.', { exact: false }).waitFor(WAIT);
      expect(await tab.getByRole('button', { name: 'Use it now' }).count()).toBe(0);
    }
    await page.getByRole('button', { name: /^Stop/ }).click();
    await other.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
  });

  it('is not taken by a click when a run has begun since the button was drawn', async () => {
    const page = await hosted.open();
    const before = await entryOf(page);
    await hosted.host.deploy(next);
    await comeBack(page);
    await page.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
    // As the worker of a run does, in any tab.
    await page.evaluate(
      () =>
        new Promise<void>((clicked) => {
          void navigator.locks.request('promptevolver-run:one', () => {
            [...document.querySelectorAll('button')].find((button) => button.textContent === 'Use it now')!.click();
            clicked();
            return new Promise((over) => Object.assign(globalThis, { over }));
          });
        }),
    );
    await page.getByText('It is offered when the run has ended.', { exact: false }).waitFor(WAIT);
    expect(await entryOf(page)).toBe(before);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.state)).toBe('installed');
    await page.evaluate(() => (globalThis as unknown as { over: () => void }).over());
    await page.getByRole('button', { name: 'Use it now' }).click(WAIT);
    await expect.poll(() => entryOf(page).catch(() => before), WAIT).not.toBe(before);
  });

  it('is not offered while a model is loaded', async () => {
    const silent = await new Promise<Server>((done) => {
      const server = createServer(() => {}).listen(0, '127.0.0.1', () => done(server));
    });
    try {
      const page = await hosted.open('#/models');
      await page.getByText('A model of your own').click();
      await page.locator('#gguf-address').fill(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/slow.gguf`);
      await page.getByRole('button', { name: 'Get it and load it' }).click();
      await page.getByRole('button', { name: 'Cancel' }).waitFor(WAIT);
      await hosted.host.deploy(next);
      await comeBack(page);
      await page.getByText('It is offered when the model is loaded.', { exact: false }).waitFor(WAIT);
      expect(await page.getByRole('button', { name: 'Use it now' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('taken in one tab leaves the other as it is, with every part of the old version at hand', async () => {
    const page = await hosted.open();
    const other = await hosted.open();
    const before = await entryOf(other);
    await hosted.host.deploy(next);
    await comeBack(page);
    await page.getByRole('button', { name: 'Use it now' }).click(WAIT);
    await other.getByText('Another tab has changed to a new version.', { exact: false }).waitFor(WAIT);
    expect(await entryOf(other)).toBe(before);
    for (const [place, name] of [
      ['#/settings', 'Settings'],
      ['#/models', 'Models'],
      ['#/help', /help/i],
    ] as const) {
      await other.evaluate((hash) => void (location.hash = hash), place);
      await other.getByRole('heading', { level: 1, name }).waitFor(WAIT);
    }
    expect(hosted.errors.filter((text) => !/models\/index\.json|404/.test(text))).toEqual([]);
  });

  it('that another tab has taken meanwhile is taken by a reload, also in a tab that was opened when it was waiting already', async () => {
    const page = await hosted.open();
    const before = await entryOf(page);
    await hosted.host.deploy(next);
    await comeBack(page);
    const other = await hosted.open();
    await other.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Use it now' }).click(WAIT);
    await other.getByText('Another tab has changed to a new version.', { exact: false }).waitFor(WAIT);
    expect(await entryOf(other)).toBe(before);
    await other.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => entryOf(other).catch(() => before), WAIT).not.toBe(before);
    await other.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
  });

  it('is not taken while what was typed cannot be stored, unless the person says so', async () => {
    const page = await hosted.open();
    const before = await entryOf(page);
    await hosted.host.deploy(next);
    await comeBack(page);
    // As a disk without room does.
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('There is no room.', 'QuotaExceededError');
      };
    });
    await page.getByRole('textbox', { name: 'Your prompt' }).fill('Not to be lost.');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await page.getByText('What you typed cannot be kept, and would be lost', { exact: false }).waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
    expect(await entryOf(page)).toBe(before);
    expect(await page.getByRole('textbox', { name: 'Your prompt' }).inputValue()).toBe('Not to be lost.');
    await page.getByRole('button', { name: 'Use it all the same' }).click();
    await expect.poll(() => entryOf(page).catch(() => before), WAIT).not.toBe(before);
  });

  it('waits, and the one before goes on whole, when there is no room for the engine that is in use', async () => {
    const page = await hosted.open();
    await takeModel(page);
    await expect.poll(() => enginesKept(page), WAIT).toBe(2);
    const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage!);
    const debug = await hosted.context.newCDPSession(page);
    // Enough for the page, and not for an engine.
    await debug.send('Storage.overrideQuotaForOrigin', { origin: new URL(hosted.host.url).origin, quotaSize: usage + 4_000_000 });
    await hosted.host.deploy(next);
    const told = page.getByText('A new version could not be kept whole: 1 file could not be fetched or stored.', { exact: false });
    const look = () => page.evaluate(() => void dispatchEvent(new Event('focus'))).then(() => told.count());
    await expect.poll(look, { ...WAIT, interval: 500 }).toBe(1);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting)).toBeNull();
    await hosted.host.close();
    await page.reload();
    await takeModel(page);
  });

  it('is not asked after any more once the person has said “Not now”', async () => {
    await hosted.context.addInitScript(() => {
      const counted = globalThis as { asked?: number };
      counted.asked = 0;
      const { query } = LockManager.prototype;
      LockManager.prototype.query = function () {
        counted.asked!++;
        return query.call(this);
      };
    });
    const page = await hosted.open();
    await page.clock.install();
    const asked = () => page.evaluate(() => (globalThis as { asked?: number }).asked!);
    await hosted.host.deploy(next);
    await page.reload();
    await notice(page).waitFor(WAIT);
    await page.getByRole('button', { name: 'Use it now' }).waitFor(WAIT);
    const before = await asked();
    await page.clock.runFor(10_000);
    const told = await asked();
    expect(told).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Not now' }).click();
    await expect.poll(() => notice(page).count(), WAIT).toBe(0);
    const after = await asked();
    await page.clock.runFor(60_000);
    expect(await asked()).toBe(after);
  });

  it('takes the engine that was kept along, so that it works without a network at once', async () => {
    const page = await hosted.open();
    await takeModel(page);
    await expect.poll(() => enginesKept(page), WAIT).toBe(2);
    await hosted.host.deploy(next);
    await comeBack(page);
    await page.getByRole('button', { name: 'Use it now' }).click(WAIT);
    await page.waitForEvent('load', WAIT);
    await controlled(page);
    await hosted.host.close();
    await takeModel(page);
  });
});

describe('an engine that was not kept before the deploy', { timeout: 180_000 }, () => {
  it('is gone from the server: the page says so, offers the new version, and that one loads the model', async () => {
    const page = await hosted.open('#/models');
    await hosted.host.deploy(next);
    await page.getByText('A model of your own').click();
    await page.getByLabel('GGUF file').setInputFiles({ name: 'tiny.gguf', mimeType: 'application/octet-stream', buffer: tinyModel() });
    await page.getByText('misses a part that the server no longer has', { exact: false }).waitFor(WAIT);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await page.waitForEvent('load', WAIT);
    await takeModel(page);
  });
});

describe('a page that no service worker keeps', { timeout: 180_000 }, () => {
  it('is loaded anew, once, when the server has another version of the part it needs, and keeps what was typed', async () => {
    const context = hosted.context;
    await context.addInitScript(() => {
      navigator.serviceWorker.register = () => Promise.reject(new Error('not here'));
    });
    const page = await context.newPage();
    await page.goto(hosted.host.url);
    const before = await entryOf(page);
    await page.getByRole('textbox', { name: 'Your prompt' }).fill('Typed before the deploy.');
    await hosted.host.deploy(next);
    await page.evaluate(() => void (location.hash = '#/settings'));
    await expect.poll(() => entryOf(page).catch(() => before), WAIT).not.toBe(before);
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor(WAIT);
    await page.evaluate(() => void (location.hash = '#/'));
    await expect.poll(() => page.getByRole('textbox', { name: 'Your prompt' }).inputValue(), WAIT).toBe('Typed before the deploy.');
  });

  it('says what is missing, and stays, when the server lost a part but has no new version', async () => {
    const context = hosted.context;
    await context.addInitScript(() => {
      navigator.serviceWorker.register = () => Promise.reject(new Error('not here'));
    });
    const page = await context.newPage();
    let loads = 0;
    page.on('load', () => loads++);
    await page.goto(hosted.host.url);
    await page.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
    const part = hosted.host.names().find((name) => /assets\/Help-.*\.js$/.test(name))!;
    hosted.host.override(part, null);
    await page.evaluate(() => void (location.hash = '#/help'));
    await page.getByText('This part of the page could not be fetched.', { exact: false }).waitFor(WAIT);
    expect(loads).toBe(1);
  });
});
