import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

const WAIT = { timeout: 30_000 };

describe('the built app', () => {
  it('can be installed by Chromium’s own criteria', async () => {
    // A profile on the disk: a private window can install nothing.
    const profile = await mkdtemp(join(tmpdir(), 'profile-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    try {
      const page = await context.newPage();
      await page.goto(app.server.url + 'index.html');
      const devtools = await context.newCDPSession(page);
      const manifest = await devtools.send('Page.getAppManifest');
      expect(manifest.url).toBe(app.server.url + 'manifest.webmanifest');
      expect(manifest.errors).toEqual([]);
      expect(await devtools.send('Page.getInstallabilityErrors')).toEqual({ installabilityErrors: [] });
      const { appId } = (await devtools.send('Page.getAppId')) as { appId?: string };
      expect(appId).toBe(app.server.url + 'promptevolver');
    } finally {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    }
  });

  it('asks for every picture of its manifest at an address that is there', async () => {
    const base = app.server.url + 'manifest.webmanifest';
    const { icons, screenshots } = (await (await fetch(base)).json()) as Record<'icons' | 'screenshots', { src: string }[]>;
    for (const { src } of [...icons, ...screenshots]) expect((await fetch(new URL(src, base))).status, src).toBe(200);
  });
});

describe('the offer to install', () => {
  /** In place of the browser's own event, which comes when it pleases. */
  const offer = () => {
    const event = new Event('beforeinstallprompt', { cancelable: true });
    const seen = { times: 0, held: false };
    Object.assign(window, { asked: seen });
    Object.assign(event, { prompt: () => (seen.times++, Promise.resolve({ outcome: 'dismissed' })) });
    dispatchEvent(event);
    seen.held = event.defaultPrevented;
  };
  const asked = () => (window as unknown as { asked: { times: number; held: boolean } }).asked;

  it('is not made before the browser made it, then stands on the settings page, and is quiet after a no', async () => {
    const { page } = await app.page();
    await page.goto(app.server.url + '#/settings');
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor(WAIT);
    expect(await page.getByRole('button', { name: /^Install/ }).count()).toBe(0);
    await page.evaluate(offer);
    expect((await page.evaluate(asked)).held).toBe(true);
    await page.getByText('Install as an app').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: 'Install as an app' }).waitFor(WAIT);
    expect((await page.evaluate(asked)).times).toBe(0);

    await page.reload();
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor(WAIT);
    await page.evaluate(offer);
    await page.getByRole('button', { name: 'Install as an app' }).waitFor(WAIT);
    expect(await page.getByRole('button', { name: 'Not now' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Install as an app' }).click();
    await expect.poll(() => page.evaluate(asked).then(({ times }) => times), WAIT).toBe(1);
    await page.context().close();
  });
});
