import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRun } from '../../app/doubles/storedRun.ts';
import { mlcFiles, writeFolder } from '../../fixtures/mlc-folder.ts';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { unzipped, zipOf } from '../../fixtures/zipOf.ts';
import { serve } from '../harness.ts';
import { axe } from './axe.ts';
import { openApp, type App } from './openApp.ts';
import { putRuns } from './putRuns.ts';

let app: App;
let folder: string;
beforeAll(async () => {
  app = await openApp();
  folder = await mkdtemp(join(tmpdir(), 'files-'));
}, 180_000);
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

const WAIT = { timeout: 30_000 };
const files = (page: Page) => page.getByRole('region', { name: 'Files on this machine' });

async function models(script?: () => void): Promise<Page> {
  const { page } = await app.page({ script });
  await page.goto(app.server.url + '#/models');
  await files(page).getByText('No model’s files are here yet.').waitFor(WAIT);
  return page;
}
const importFolder = (page: Page, path: string) => page.getByLabel('Folder of a model').setInputFiles(path);
const importZip = (page: Page, path: string) => page.getByLabel('Zip of a model').setInputFiles(path);
const cached = (page: Page) =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) if (name.startsWith('webllm/')) found.push(url);
    return found;
  });
/** In place of the person's choice in the system's picker: a real folder, in the page's own space. */
const pickOwnFolder = () => {
  (window as { showDirectoryPicker?: unknown }).showDirectoryPicker = async () =>
    (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true });
};
/** As in a browser that has no such picker. */
const noPicker = () => {
  delete (window as { showDirectoryPicker?: unknown }).showDirectoryPicker;
  Object.defineProperty(window, 'showDirectoryPicker', { value: undefined });
};

describe('a model in MLC form', () => {
  it('is taken in from a folder, checked by hash, found damaged, exported as a zip, and mended from that', async () => {
    const page = await models(noPicker);
    await importFolder(page, await writeFolder(join(folder, 'Made-up 1B'), mlcFiles()));
    await files(page).getByText('Made-up 1B was checked and taken in.').waitFor(WAIT);
    await files(page)
      .getByText(/7 files · 20\d kB/)
      .waitFor(WAIT);
    expect(await axe(page)).toEqual([]);

    const check = files(page).getByRole('button', { name: 'Check the files of Made-up 1B' });
    await check.click();
    await files(page).getByText('In order: 7 files, 200 kB, checked by hash and size.').waitFor(WAIT);

    const saved = page.waitForEvent('download');
    await files(page).getByRole('button', { name: 'Export the files of Made-up 1B' }).click();
    const zip = join(folder, (await saved).suggestedFilename());
    await (await saved).saveAs(zip);
    const inside = await unzipped(new Uint8Array(await readFile(zip)));
    for (const [name, bytes] of mlcFiles()) expect(Buffer.from(inside.get(`Made-up_1B/${name}`)!).equals(bytes), name).toBe(true);

    await page.evaluate(async () => {
      const cache = await caches.open('webllm/model');
      const request = (await cache.keys()).find(({ url }) => url.endsWith('params_shard_1.bin'))!;
      await cache.put(request, new Response(new Uint8Array(40_000), { headers: { 'Content-Length': '40000' } }));
    });
    await check.click();
    await files(page).getByText('Not in order: params_shard_1.bin has other bytes than its list says.').waitFor(WAIT);
    await importZip(page, zip);
    await files(page).getByText('Made-up 1B was checked and taken in.').waitFor(WAIT);
    await check.click();
    await files(page)
      .getByText(/^In order/)
      .waitFor(WAIT);
    // The note in the zip says which model it is: it is that one and not another.
    expect(
      await files(page)
        .getByRole('button', { name: /^Check the files/ })
        .count(),
    ).toBe(1);

    await files(page).getByRole('button', { name: 'Remove the files of Made-up 1B' }).click();
    await files(page).getByRole('button', { name: 'Yes, remove the files' }).click();
    await files(page).getByText('No model’s files are here yet.').waitFor(WAIT);
    expect(await cached(page)).toEqual([]);
    expect(await page.getByText('are gone').count()).toBe(0);
    await page.context().close();
  });

  it('under the name of one that the page knows becomes that one, and its library is still to come', async () => {
    const page = await models();
    const parts = mlcFiles();
    parts.delete('made-up-webgpu.wasm');
    await importFolder(page, await writeFolder(join(folder, 'Qwen3-0.6B-q4f16_1-MLC'), parts));
    await files(page)
      .getByText(/was checked and taken in/)
      .waitFor(WAIT);
    expect((await cached(page)).every((url) => url.startsWith('https://huggingface.co/mlc-ai/Qwen3-0.6B-q4f16_1-MLC/resolve/main/'))).toBe(
      true,
    );
    await page.context().close();
  });

  it.each<[string, (parts: Map<string, Buffer>) => void, string]>([
    ['lacks a shard', (parts) => parts.delete('params_shard_2.bin'), 'params_shard_2.bin is missing'],
    ['lacks its list', (parts) => parts.delete('tensor-cache.json'), 'tensor-cache.json is missing'],
    ['has a shard cut short', (parts) => parts.set('params_shard_0.bin', parts.get('params_shard_0.bin')!.subarray(9)), 'not copied whole'],
    ['has a damaged shard', (parts) => parts.set('params_shard_0.bin', Buffer.alloc(90_000)), 'params_shard_0.bin in Spoiled is damaged'],
    [
      'has a list that leads out',
      (parts) => parts.set('tensor-cache.json', Buffer.from('{"records":[{"dataPath":"../x","nbytes":5}]}')),
      'outside its folder',
    ],
    ['has a list that is none', (parts) => parts.set('tensor-cache.json', Buffer.from('[')), 'tensor-cache.json in Spoiled cannot be read'],
    ['has another library', (parts) => parts.set('made-up-webgpu.wasm', Buffer.from('MZ')), 'is not WebAssembly'],
    ['lacks a library', (parts) => parts.delete('made-up-webgpu.wasm'), 'has no library (.wasm)'],
    ['lacks a description', (parts) => parts.delete('mlc-chat-config.json'), 'No model was found in it'],
  ])('that %s is refused in a sentence, and nothing is kept', async (_, spoil, sentence) => {
    const page = await models();
    const parts = mlcFiles();
    spoil(parts);
    await rm(join(folder, 'Spoiled'), { recursive: true, force: true });
    await importFolder(page, await writeFolder(join(folder, 'Spoiled'), parts));
    await files(page).getByText(sentence).waitFor(WAIT);
    expect(await cached(page)).toEqual([]);
    await page.context().close();
  });

  it('in a zip that leads out of its folder is refused', async () => {
    const page = await models();
    const zip = join(folder, 'evil.zip');
    await writeFile(zip, await zipOf([['../mlc-chat-config.json', new Uint8Array(9)]]));
    await importZip(page, zip);
    await files(page).getByText('leads out of its folder').waitFor(WAIT);
    await page.context().close();
  });

  it('whose files the browser cleared is told of, and not once it is let go', async () => {
    const page = await models();
    await importFolder(page, await writeFolder(join(folder, 'Cleared'), mlcFiles(2)));
    await files(page).getByText('Cleared was checked and taken in.').waitFor(WAIT);
    await page.evaluate(() => caches.delete('webllm/model'));
    await page.reload();
    await page.getByText('The files of Cleared are gone').waitFor(WAIT);
    expect(await page.getByRole('button', { name: /Get them again/ }).count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Do without it' }).click();
    await expect.poll(() => page.getByText('The files of Cleared are gone').count(), WAIT).toBe(0);
    await page.context().close();
  });
});

describe('a GGUF', () => {
  it('is exported into a folder that was picked, and taken in again as the same model', async () => {
    const page = await models(pickOwnFolder);
    const gguf = join(folder, 'Tiny one.gguf');
    await writeFile(gguf, tinyGguf({ contextLength: 512 }));
    await importZip(page, gguf);
    await files(page).getByText('Tiny one was checked and taken in.').waitFor(WAIT);
    const own = () =>
      page.evaluate(
        () =>
          new Promise<unknown>((done) => {
            const opening = indexedDB.open('promptevolver');
            opening.onsuccess = () => {
              const asked = opening.result.transaction('preferences').objectStore('preferences').get('ownModels');
              asked.onsuccess = () => (opening.result.close(), done((asked.result as { value: unknown }).value));
            };
          }),
      );
    const before = await own();
    await files(page).getByRole('button', { name: 'Check the files of Tiny one' }).click();
    await files(page)
      .getByText(/In order: 1 file, .* checked by hash/)
      .waitFor(WAIT);
    await files(page).getByRole('button', { name: 'Export the files of Tiny one' }).click();
    await files(page).getByText('Exported into the folder Tiny_one.').waitFor(WAIT);
    const exported = await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('picked');
      const inside = (await root.getDirectoryHandle('Tiny_one')) as unknown as {
        values(): AsyncIterable<FileSystemFileHandle>;
      };
      const found: [string, number[]][] = [];
      for await (const handle of inside.values())
        found.push([handle.name, [...new Uint8Array(await (await handle.getFile()).arrayBuffer())]]);
      return found;
    });
    expect(exported.map(([name]) => name).sort()).toEqual(['Tiny_one.gguf', 'promptevolver-model.json']);
    await files(page).getByRole('button', { name: 'Remove the files of Tiny one' }).click();
    await files(page).getByRole('button', { name: 'Yes, remove the files' }).click();
    await files(page).getByText('No model’s files are here yet.').waitFor(WAIT);

    await importFolder(
      page,
      await writeFolder(join(folder, 'Tiny_one'), new Map(exported.map(([name, bytes]) => [name, Buffer.from(bytes)]))),
    );
    await files(page)
      .getByText(/was checked and taken in/)
      .waitFor(WAIT);
    const id = (value: unknown) => (value as { ref: { id: string } }[])[0]!.ref.id.slice(-9);
    expect(id(await own())).toBe(id(before));
    await page.context().close();
  });

  it('by address whose file the browser cleared is fetched again at a click', async () => {
    const gguf = join(folder, 'served.gguf');
    await writeFile(gguf, tinyGguf({ contextLength: 512 }));
    const server = await serve(folder, { headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' } });
    const page = await models();
    await page.getByText('A model of your own').click();
    await page.getByLabel('A GGUF at an address').fill(`${server.url}served.gguf`);
    await page.getByRole('button', { name: 'Get it and load it' }).click();
    await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
    await files(page).getByRole('button', { name: 'Check the files of served' }).click();
    await files(page).getByText('checked by size').waitFor(WAIT);
    await page.reload();
    await files(page).getByRole('button', { name: 'Check the files of served' }).waitFor(WAIT);
    await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('gguf', { recursive: true }));
    await page.reload();
    await page.getByText('The files of served are gone').waitFor(WAIT);
    await page.getByRole('button', { name: /Get them again/ }).click();
    await page.getByText(/is ready on/).waitFor({ timeout: 60_000 });
    await expect.poll(() => page.getByText('The files of served are gone').count(), WAIT).toBe(0);
    await page.context().close();
    await server.close();
  });

  it('in a folder with two is not guessed at', async () => {
    const page = await models();
    const model = Buffer.from(tinyGguf({ contextLength: 512 }));
    await importFolder(
      page,
      await writeFolder(
        join(folder, 'two'),
        new Map([
          ['a.gguf', model],
          ['b.gguf', model],
        ]),
      ),
    );
    await files(page).getByText('There are 2 GGUF files in it.').waitFor(WAIT);
    await page.context().close();
  });
});

describe('files of no known model', () => {
  it('are listed as left over, and go when they are removed', async () => {
    const page = await models();
    await page.evaluate(async () => {
      const put = async (cache: string, url: string) => (await caches.open(cache)).put(url, new Response(new Uint8Array(5000)));
      await put('webllm/model', 'https://a.example/Old-1B/resolve/main/params_shard_0.bin');
      await put('webllm/wasm', 'https://a.example/old-webgpu.wasm');
      await put('promptevolver/pieces', `https://pieces.invalid/${encodeURIComponent('https://a.example/half/shard_9.bin')}?from=0`);
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('gguf', { create: true });
      await folder.getFileHandle('0123456789abcdef-half.gguf', { create: true });
    });
    await page.reload();
    for (const title of ['Old-1B', 'old-webgpu.wasm', 'shard_9.bin', 'half.gguf']) {
      await files(page).getByText(title, { exact: true }).first().waitFor(WAIT);
      await files(page)
        .getByRole('button', { name: `Remove the files of ${title}` })
        .click();
      await files(page).getByRole('button', { name: 'Yes, remove the files' }).click();
      await expect
        .poll(
          () =>
            files(page)
              .getByRole('button', { name: `Remove the files of ${title}` })
              .count(),
          WAIT,
        )
        .toBe(0);
    }
    await files(page).getByText('No model’s files are here yet.').waitFor(WAIT);
    expect(await cached(page)).toEqual([]);
    await page.context().close();
  });
});

describe('the history', () => {
  it('is exported, and in another browser imported and shown', async () => {
    const first = await models();
    await putRuns(first, [await storedRun('kept', { plan: 'trial', task: { prompt: 'How many apples?', rows: [] } })]);
    await first.goto(app.server.url + '#/runs');
    await first.getByText('How many apples?').waitFor(WAIT);
    const saved = first.waitForEvent('download');
    await first.getByRole('button', { name: 'Export history' }).click();
    const file = join(folder, (await saved).suggestedFilename());
    await (await saved).saveAs(file);
    await first.context().close();

    const second = await models();
    await second.goto(app.server.url + '#/runs');
    await second.getByLabel('History file').setInputFiles(file);
    await second.getByText('1 run and 0 replies taken in.').waitFor(WAIT);
    await second.getByText('How many apples?').click();
    await second.getByRole('heading', { name: 'Not measured.' }).waitFor(WAIT);
    await second.goto(app.server.url + '#/runs');
    await second.getByLabel('History file').setInputFiles({ name: 'x.gz', mimeType: '', buffer: Buffer.from('nothing') });
    await second.getByText('This is not a history of PromptEvolver.').waitFor(WAIT);
    expect(await axe(second)).toEqual([]);
    await second.context().close();
  });
});
