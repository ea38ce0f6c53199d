import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRef } from '../../../src/engines/engine.ts';
import { storedRun } from '../../app/doubles/storedRun.ts';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { serve } from '../harness.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';
import { putRuns } from './putRuns.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
}, 180_000);
afterAll(() => app?.close());

const model = Buffer.from(tinyGguf({ contextLength: 512, name: 'A training log' }));
const card = (page: Page) => page.getByRole('region', { name: 'The model' });

/** A page that counts how often it asked the browser to keep its data, and names the workers it made. */
const opened = (place: string) =>
  app
    .page({
      script: () => {
        const seen = ((globalThis as unknown as { seen: object }).seen = { asked: 0, workers: 0 });
        const persist = navigator.storage.persist.bind(navigator.storage);
        navigator.storage.persist = () => (seen.asked++, persist());
        const Real = Worker;
        globalThis.Worker = class extends Real {
          constructor(...args: ConstructorParameters<typeof Worker>) {
            super(...args);
            seen.workers++;
          }
        };
      },
    })
    .then(async ({ page, errors }) => {
      await page.goto(app.server.url + place);
      return { page, errors };
    });
const seen = (page: Page) => page.evaluate(() => (globalThis as unknown as { seen: { asked: number; workers: number } }).seen);

async function openFile(page: Page, name: string): Promise<void> {
  await page.getByText('A model of your own').click();
  await page.getByLabel('GGUF file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: model });
  await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
}

describe('a model of one’s own', () => {
  it('is loaded, asked to be kept, and after a reload still chosen, without a worker, and can be loaded and removed', async () => {
    const { page, errors } = await opened('#/models');
    expect((await seen(page)).asked).toBe(0);
    await openFile(page, 'My model.gguf');
    expect((await seen(page)).asked).toBeGreaterThan(0);
    await card(page).getByText('My model', { exact: true }).first().waitFor();

    await page.goto(app.server.url + '#/');
    await page.reload();
    await expect.poll(() => page.getByRole('link', { name: /^Model:/ }).innerText()).toContain('My model · not loaded');
    await card(page).getByText('My model', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Load My model and optimize' }).count()).toBe(1);
    expect(await seen(page)).toEqual({ asked: 0, workers: 0 });
    expect(await axe(page)).toEqual([]);

    await card(page).getByRole('button', { name: 'Load: My model' }).click();
    await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
    expect((await seen(page)).asked).toBe(0);
    await card(page).getByRole('button', { name: 'Unload' }).click();
    await card(page).getByRole('button', { name: 'Remove My model from this machine' }).click();
    await card(page).getByRole('button', { name: 'Yes, remove it' }).click();
    await expect.poll(() => card(page).getByText('My model', { exact: true }).count()).toBe(0);
    await page.reload();
    await page.waitForTimeout(1000);
    expect(await card(page).getByText('My model', { exact: true }).count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('goes to the models when it is dropped on the form, whatever it is called', async () => {
    const { page } = await opened('#/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const bytes = await page.evaluateHandle((all) => Uint8Array.from(atob(all), (c) => c.charCodeAt(0)), model.toString('base64'));
    await page.evaluate((content) => {
      const data = new DataTransfer();
      data.items.add(new File([content as unknown as Uint8Array<ArrayBuffer>], 'blob-sha256'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }, bytes);
    await card(page).getByText('blob-sha256', { exact: true }).waitFor({ timeout: 30_000 });
    expect(await page.getByText('optional · 0 rows').count()).toBe(1);
    expect((await seen(page)).asked).toBeGreaterThan(0);
    await page.context().close();
  });

  it('by an address that has none is not remembered, and one with a broken % is refused in a sentence', async () => {
    const { page } = await opened('#/models');
    await page.getByText('A model of your own').click();
    const address = page.getByLabel('A GGUF at an address');
    const get = page.getByRole('button', { name: 'Get it and load it' });
    await address.fill(`${app.server.url}%zz.gguf`);
    await get.click();
    await page.getByText('a % that stands for no letter').waitFor();
    await address.fill(`${app.server.url}none.gguf`);
    await get.click();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await page.getByText('Your own models').count()).toBe(0);
    await page.context().close();
  });

  it('whose download was cancelled goes on at a click, and its part can be removed', async () => {
    let slow = true;
    const server = await serve([], {
      headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
      handle: (request, response) => {
        const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(from > 0 ? 206 : 200, {
          'Content-Type': 'application/octet-stream',
          'Access-Control-Expose-Headers': 'Content-Range, Content-Length',
          'Content-Length': model.length - from,
          ...(from > 0 ? { 'Content-Range': `bytes ${from}-${model.length - 1}/${model.length}` } : {}),
        });
        if (slow) response.write(model.subarray(from, from + 200_000));
        else response.end(model.subarray(from));
        return true;
      },
    });
    const { page } = await opened('#/models');
    await page.getByText('A model of your own').click();
    await page.getByLabel('A GGUF at an address').fill(`${server.url}slow.gguf`);
    await page.getByRole('button', { name: 'Get it and load it' }).click();
    await page.getByText(/bytes of 345 kB|200 kB of/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Go on loading' }).waitFor();
    expect(await card(page).getByText('Only a part of it is on this machine').count()).toBe(1);
    expect(await card(page).getByRole('button', { name: 'Remove slow from this machine' }).count()).toBe(1);
    slow = false;
    await page.getByRole('button', { name: 'Go on loading' }).click();
    await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
    await expect.poll(() => card(page).getByText('Only a part of it').count()).toBe(0);
    await page.context().close();
    await server.close();
  });
});

describe('a failed run', () => {
  it('is seen to go on after the click, to its result', async () => {
    const { page } = await opened('#/models');
    await openFile(page, 'tiny.gguf');
    const ref = await page.evaluate(
      () =>
        new Promise<ModelRef>((done, fail) => {
          const opening = indexedDB.open('promptevolver');
          opening.onerror = () => fail(opening.error);
          opening.onsuccess = () => {
            const asked = opening.result.transaction('preferences').objectStore('preferences').get('model');
            asked.onsuccess = () => (opening.result.close(), done((asked.result as { value: ModelRef }).value));
          };
        }),
    );
    const { record } = await storedRun('failed', { plan: 'trial', task: { rows: [], metric: { kind: 'number' } } });
    const input = { ...record.input, model: { id: ref.id, title: 'tiny', contextSize: 512 } };
    const failed = { ...record, input, model: ref, status: 'failed' as const, summary: undefined, error: 'A fault; start it anew.' };
    await putRuns(page, [{ record: failed, events: [] }]);
    await page.goto(app.server.url + '#/runs/failed');
    await page.getByText('A fault; start it anew.').waitFor();
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await page.getByRole('heading', { name: 'Not measured.' }).waitFor({ timeout: 60_000 });
    await page.context().close();
  });
});
