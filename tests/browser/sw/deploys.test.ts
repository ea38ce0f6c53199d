/** Deploys one after another, under tabs that go on with an older one, and under another copy of the app on the same origin. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAnother, buildsKept, comeBack, entryOf, openHosted, WAIT } from './hosted.ts';

const first = resolve('dist');
let second: string;
let third: string;
let folder: string;
beforeAll(async () => {
  second = await buildAnother();
  third = await buildAnother();
  folder = await mkdtemp(join(tmpdir(), 'copies-'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function useNow(page: Page): Promise<void> {
  const before = await entryOf(page);
  await page.getByRole('button', { name: 'Use it now' }).click(WAIT);
  await expect.poll(() => entryOf(page).catch(() => before), WAIT).not.toBe(before);
}
async function opensEveryPlace(page: Page): Promise<void> {
  for (const [place, name] of [
    ['#/settings', 'Settings'],
    ['#/models', 'Models'],
    ['#/help', /help/i],
  ] as const) {
    await page.evaluate((hash) => void (location.hash = hash), place);
    await page.getByRole('heading', { level: 1, name }).waitFor(WAIT);
  }
}

describe('two deploys, of which the first was not wanted', { timeout: 180_000 }, () => {
  it('leave every part of the version that a tab still shows; what nobody shows goes', async () => {
    const hosted = await openHosted();
    try {
      // The first page came from the network, so that nobody knows for sure which version it is.
      const page = await hosted.open();
      await page.reload();
      const shown = await entryOf(page);
      await hosted.host.deploy(second);
      await comeBack(page);
      await page.getByRole('button', { name: 'Not now' }).click(WAIT);
      await hosted.host.deploy(third);
      await comeBack(page);
      const other = await hosted.open();
      expect(await entryOf(other)).toBe(shown);
      await useNow(other);
      expect(await entryOf(page)).toBe(shown);
      await opensEveryPlace(page);
      await expect.poll(() => buildsKept(page).then((names) => names.length), WAIT).toBe(2);
      expect(hosted.errors.filter((text) => !/models\/index\.json|404/.test(text))).toEqual([]);
    } finally {
      await hosted.close();
    }
  });
});

describe('two copies of the app on one origin', { timeout: 180_000 }, () => {
  it.each([
    ['side by side', 'one/', 'two/'],
    ['one in a folder of the other', '', 'two/'],
  ])('%s keep apart what they keep: two updates of one leave the other whole without a network', async (how, oneAt, twoAt) => {
    const both = async (name: string, two: string): Promise<string> => {
      const made = join(folder, how, name);
      await cp(first, join(made, oneAt), { recursive: true });
      await cp(two, join(made, twoAt), { recursive: true });
      return made;
    };
    const hosted = await openHosted({ folder: await both('first', first) });
    try {
      const one = await hosted.open(`${oneAt}index.html`);
      const shown = await entryOf(one);
      const two = await hosted.open(`${twoAt}index.html`);
      const inCharge = () => two.evaluate(() => navigator.serviceWorker.controller?.scriptURL);
      await expect.poll(inCharge, WAIT).toBe(`${hosted.host.url}${twoAt}sw.js`);
      expect(await two.getByText('Another tab has changed to a new version.', { exact: false }).count()).toBe(0);
      await two.reload();
      for (const next of [second, third]) {
        await hosted.host.deploy(await both(next === second ? 'second' : 'third', next));
        await comeBack(two);
        await useNow(two);
      }
      await hosted.host.close();
      await one.reload();
      expect(await entryOf(one)).toBe(shown);
      await opensEveryPlace(one);
      await opensEveryPlace(two);
      const manifests = await Promise.all(
        [one, two].map((page) => page.evaluate(() => document.querySelector<HTMLLinkElement>('link[rel=manifest]')!.href)),
      );
      expect(new Set(manifests).size).toBe(2);
    } finally {
      await hosted.close();
    }
  });
});

describe('a release that changes the service worker only', { timeout: 180_000 }, () => {
  it('leaves the page whole when it cannot be installed, and says so', async () => {
    const hosted = await openHosted();
    try {
      const page = await hosted.open();
      await page.reload();
      const shown = await entryOf(page);
      hosted.host.override('sw.js', `${await readFile(join(first, 'sw.js'), 'utf8')}\n// Another one.\n`);
      hosted.host.override('index.html', null);
      const told = page.getByText('A new version could not be kept whole: 1 file', { exact: false });
      const look = () => page.evaluate(() => void dispatchEvent(new Event('focus'))).then(() => told.count());
      await expect.poll(look, { ...WAIT, interval: 500 }).toBe(1);
      await hosted.host.close();
      await page.reload();
      expect(await entryOf(page)).toBe(shown);
      await opensEveryPlace(page);
    } finally {
      await hosted.close();
    }
  });
});
