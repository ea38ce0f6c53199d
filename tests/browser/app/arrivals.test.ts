import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

const WAIT = { timeout: 30_000 };

/** In place of the browser's queue, which only an installed app of a desktop gets: the test puts launches in. */
const launchQueueDouble = () => {
  const waiting: unknown[] = [];
  let consumer: ((params: unknown) => void) | null = null;
  Object.defineProperty(window, 'launchQueue', {
    value: {
      setConsumer(next: (params: unknown) => void) {
        consumer = next;
        waiting.splice(0).forEach(next);
      },
    },
  });
  (window as unknown as { launch: (params: unknown) => void }).launch = (params) => (consumer ? consumer(params) : waiting.push(params));
};

/** Files as the system hands them over: handles, here of real files in the page's own space. */
async function launch(page: Page, named: Record<string, Uint8Array>, targetURL = app.server.url + 'index.html'): Promise<void> {
  await page.evaluate(
    async ([contents, target]) => {
      const root = await navigator.storage.getDirectory();
      const files = [];
      for (const [name, bytes] of Object.entries(contents)) {
        const handle = await root.getFileHandle(name, { create: true });
        const out = await handle.createWritable();
        await out.write(Uint8Array.from(bytes));
        await out.close();
        files.push(handle);
      }
      (window as unknown as { launch: (params: unknown) => void }).launch({ targetURL: target, files });
    },
    [Object.fromEntries(Object.entries(named).map(([name, bytes]) => [name, [...bytes]])), targetURL] as const,
  );
}
const csv = (rows: number) =>
  Buffer.from(['question,answer', ...Array.from({ length: rows }, (_, i) => `What is ${i} plus one?,${i + 1}`)].join('\n'));

async function opened(place = ''): Promise<Page> {
  const { page } = await app.page({ script: launchQueueDouble });
  await page.goto(app.server.url + 'index.html' + place);
  await page.getByRole('heading', { level: 1 }).waitFor(WAIT);
  return page;
}

/** Puts into the store what the service worker would have. */
type SharedDouble = { text: string; refused?: string[]; rows?: string };
async function share(page: Page, ...shares: SharedDouble[]): Promise<void> {
  await page.evaluate(
    (shares) =>
      new Promise<void>((done, fail) => {
        const opening = indexedDB.open('promptevolver');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const value = shares.map(({ text, refused = [], rows }, id) => ({
            id: String(id),
            text,
            files: rows === undefined ? [] : [new File([rows], 'shared.csv')],
            refused,
          }));
          const tx = opening.result.transaction('preferences', 'readwrite');
          tx.objectStore('preferences').put({ key: 'shared', version: 1, value });
          tx.oncomplete = () => (opening.result.close(), done());
          tx.onerror = () => fail(tx.error);
        };
      }),
    shares,
  );
  await page.goto(app.server.url + 'index.html#/?shared');
  await page.reload();
}
const prompt = (page: Page) => page.getByRole('textbox', { name: 'Your prompt' });
/** The form as it is stored, as text. */
const draft = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<string>((done) => {
        const opening = indexedDB.open('promptevolver');
        opening.onsuccess = () => {
          const asked = opening.result.transaction('preferences').objectStore('preferences').get('draft');
          asked.onsuccess = () => (opening.result.close(), done(JSON.stringify(asked.result ?? null)));
        };
      }),
  );

describe('a file opened with the app', () => {
  it('becomes rows, on whatever page the person was, beside those that are there', async () => {
    const page = await opened('#/help');
    await launch(page, { 'sums.csv': csv(3) });
    await page.getByText('3 rows added from sums.csv.').waitFor(WAIT);
    await launch(page, { 'more.jsonl': Buffer.from('{"question":"What is 9 plus one?","answer":"10"}\n') });
    await page.getByText('1 row added from more.jsonl.').waitFor(WAIT);
    await page.getByText('optional · 4 rows').waitFor(WAIT);
    await page.context().close();
  });

  it('that comes again by a reload is not taken twice, and one opened later is', async () => {
    const page = await opened();
    await launch(page, { 'sums.csv': csv(3) });
    await page.getByText('optional · 3 rows').waitFor(WAIT);
    await expect.poll(() => draft(page), WAIT).toContain('What is 2 plus one?');
    await page.reload();
    await page.getByText('optional · 3 rows').waitFor(WAIT);
    const again = () =>
      page.evaluate(async () => {
        const handle = await (await navigator.storage.getDirectory()).getFileHandle('sums.csv');
        (window as unknown as { launch: (params: unknown) => void }).launch({ targetURL: location.href, files: [handle] });
      });
    await again();
    await launch(page, { 'other.csv': csv(1) });
    await page.getByText('1 row added from other.csv.').waitFor(WAIT);
    await page.getByText('optional · 4 rows').waitFor(WAIT);
    await again();
    await page.getByText('optional · 7 rows').waitFor(WAIT);
    await page.context().close();
  });

  it('that is a model goes to the models', async () => {
    const page = await opened();
    await launch(page, { 'Opened.gguf': tinyGguf({ contextLength: 512 }) });
    await page.getByRole('heading', { name: 'Models', level: 1 }).waitFor(WAIT);
    await page.getByRole('region', { name: 'The model' }).getByText('Opened', { exact: true }).waitFor(WAIT);
    await page.context().close();
  });
});

it('a shortcut leads a window that is there to its place, and an address that is none does nothing', async () => {
  const page = await opened();
  await launch(page, {}, app.server.url + 'index.html#/runs');
  await page.getByRole('heading', { name: 'History', level: 1 }).waitFor(WAIT);
  await launch(page, {}, app.server.url + 'index.html#/nothing/here');
  await launch(page, {}, app.server.url + 'index.html');
  // One step back from the next place is the last: the two between led nowhere.
  await launch(page, {}, app.server.url + 'index.html#/help');
  await page.getByRole('heading', { name: 'Help', level: 1 }).waitFor(WAIT);
  await page.goBack();
  await page.getByRole('heading', { name: 'History', level: 1 }).waitFor(WAIT);
  expect(page.url()).toMatch(/#\/runs$/);
  await page.context().close();
});

describe('what another app shared', () => {
  it('becomes the prompt where there was none, and its file rows', async () => {
    const page = await opened();
    await share(page, { text: 'Answer with the number.', rows: csv(2).toString(), refused: ['huge.csv'] });
    await expect.poll(() => prompt(page).inputValue(), WAIT).toBe('Answer with the number.');
    await page.getByText('optional · 2 rows').waitFor(WAIT);
    await page.getByText('Too large, so not opened: huge.csv.').waitFor(WAIT);
    await expect.poll(() => page.url(), WAIT).not.toContain('shared');
    await page.reload();
    await page.getByText('optional · 2 rows').waitFor(WAIT);
    await page.context().close();
  });

  it.each([
    ['Put it in place of mine', 'The shared one.'],
    ['Put it below mine', 'My own.\n\nThe shared one.'],
    ['Leave it out', 'My own.'],
  ])('never replaces a prompt unasked: %s', async (button, result) => {
    const page = await opened();
    await prompt(page).fill('My own.');
    await expect.poll(() => draft(page), WAIT).toContain('My own.');
    await share(page, { text: 'The shared one.' });
    await page.getByText('Another app sent a text').waitFor(WAIT);
    expect(await prompt(page).inputValue()).toBe('My own.');
    // Not answered yet: a reload asks again.
    await page.reload();
    await page.getByText('Another app sent a text').waitFor(WAIT);
    if (button.includes('place')) expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: button }).click();
    expect(await prompt(page).inputValue()).toBe(result);
    expect(await page.getByText('Another app sent a text').count()).toBe(0);
    await page.context().close();
  });

  it.each([
    ['Put them in place of mine', '2 rows'],
    ['Add them to mine', '5 rows'],
    ['Leave them out', '3 rows'],
  ])('never adds rows to rows unasked: %s', async (button, rows) => {
    const page = await opened();
    await launch(page, { 'sums.csv': csv(3) });
    await page.getByText('optional · 3 rows').waitFor(WAIT);
    await expect.poll(() => draft(page), WAIT).toContain('What is 2 plus one?');
    await share(page, { text: 'The shared one.', rows: csv(2).toString() });
    await page.getByText('Another app sent rows').waitFor(WAIT);
    await page.getByText('optional · 3 rows').waitFor(WAIT);
    if (button.includes('place')) expect(await axe(page)).toEqual([]);
    // Its text has its place, and is not asked about when it was changed since.
    await prompt(page).fill('The shared one, changed.');
    await expect.poll(() => draft(page), WAIT).toContain('changed.');
    await page.reload();
    await page.getByText('Another app sent rows').waitFor(WAIT);
    await page.getByRole('button', { name: button }).click();
    await page.getByText(`optional · ${rows}`).waitFor(WAIT);
    await expect.poll(() => page.url(), WAIT).not.toContain('shared');
    await page.reload();
    await page.getByText(`optional · ${rows}`).waitFor(WAIT);
    expect(await prompt(page).inputValue()).toBe('The shared one, changed.');
    await page.context().close();
  });

  it('is asked about one after the other', async () => {
    const page = await opened();
    await prompt(page).fill('My own.');
    await expect.poll(() => draft(page), WAIT).toContain('My own.');
    await share(page, { text: 'The first.' }, { text: 'The second.', rows: csv(1).toString() });
    await page.getByText('The first.').waitFor(WAIT);
    await page.getByRole('button', { name: 'Put it below mine' }).click();
    await page.getByText('The second.').waitFor(WAIT);
    await page.getByRole('button', { name: 'Leave it out' }).click();
    await page.getByText('optional · 1 row').waitFor(WAIT);
    expect(await prompt(page).inputValue()).toBe('My own.\n\nThe first.');
    await expect.poll(() => page.url(), WAIT).not.toContain('shared');
    await page.context().close();
  });

  it('that did not reach the store is told, not passed over', async () => {
    const page = await opened();
    await page.goto(app.server.url + 'index.html#/?shared');
    await page.reload();
    await page.getByText('Nothing of what was shared could be read.').waitFor(WAIT);
    await page.context().close();
  });
});
