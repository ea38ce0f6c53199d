/** The first visits on a host that answers binaries from elsewhere and sends no headers. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes } from '../../../src/app/figures.ts';
import { axe } from '../app/axe.ts';
import { openHosted, takeModel, WAIT, type Hosted } from './hosted.ts';

let hosted: Hosted;
beforeAll(async () => {
  hosted = await openHosted();
}, 120_000);
afterAll(() => hosted?.close());

const keptFiles = async (name: RegExp): Promise<string[]> => {
  const page = hosted.context.pages().at(-1)!;
  return page.evaluate(async (pattern) => {
    const names = (await caches.keys()).filter((one) => new RegExp(pattern).test(one));
    const all = await Promise.all(
      names.map(async (one) => (await (await caches.open(one)).keys()).map(({ url }) => new URL(url).pathname)),
    );
    return all.flat();
  }, name.source);
};

describe('the first visit', { timeout: 180_000 }, () => {
  it('keeps every file but the engines, whatever origin it came from, and none of it as a redirect', async () => {
    const page = await hosted.open();
    const kept = await keptFiles(/precache/);
    const built = (await readdir(resolve('dist'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    const names = built.map((one) => join(one.parentPath, one.name).slice(resolve('dist').length).replaceAll('\\', '/'));
    const sizes = await Promise.all(names.map(async (name) => ({ name, bytes: (await stat(resolve('dist') + name)).size })));
    const left = sizes.filter(({ name }) => !kept.includes(name)).map(({ name }) => name);
    const engines = left.filter((name) => name.startsWith('/assets/'));
    expect(engines.length).toBe(3);
    // For shops of apps, and for other sites: the page never asks for them.
    const others = left.filter((name) => !engines.includes(name) && !/^\/(?:screenshots|embed)\//.test(name));
    expect(others.sort()).toEqual(['/README.md', '/sw.js']);
    expect(sizes.filter(({ name }) => engines.includes(name)).every((one) => one.bytes > 300_000)).toBe(true);
    const redirected = await page.evaluate(async () => {
      const names = (await caches.keys()).filter((one) => one.includes('precache'));
      const all = await Promise.all(names.map(async (one) => (await caches.open(one)).matchAll()));
      return all.flat().filter((response) => response.redirected || !response.ok).length;
    });
    expect(redirected).toBe(0);
    expect(hosted.host.asked.some(({ of, path }) => of === 'files' && path.endsWith('.png'))).toBe(true);
  });

  it('fetches no engine before a model is taken', () => {
    expect(hosted.host.asked.filter(({ path }) => /wllama-.*\.wasm$|\/lib-/.test(path))).toEqual([]);
  });
});

describe('the second visit', { timeout: 180_000 }, () => {
  it('is cross-origin isolated, page and worker, and asks the host for nothing but the worker’s script and the list of models', async () => {
    const from = hosted.host.asked.length;
    const page = await hosted.open();
    await page.getByRole('textbox', { name: 'Your prompt' }).waitFor(WAIT);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await takeModel(page);
    const worker = page.workers().find((one) => one.url().includes('optimizer.worker'))!;
    expect(await worker.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.getByText(/is ready on/).innerText()).toMatch(/threads?/);
    const paths = hosted.host.asked.slice(from).map(({ path }) => path);
    expect(paths.filter((path) => !/^(sw\.js|models\/index\.json|assets\/(esm|wllama)-[^/]+)$/.test(path))).toEqual([]);
  });

  it('has kept the engine that the model needs, and no other', async () => {
    await expect.poll(() => keptFiles(/engines/), WAIT).toHaveLength(2);
    expect((await keptFiles(/engines/)).sort()).toEqual([expect.stringMatching(/esm-.*\.js$/), expect.stringMatching(/wllama-.*\.wasm$/)]);
  });

  it('fetches that engine once, though worker and page ask for it', () => {
    const fetched = hosted.host.asked.filter(({ of, path }) => of === 'files' && path.endsWith('.wasm') && path.includes('wllama'));
    expect(fetched).toHaveLength(1);
  });

  it('lists what is kept with its size, without reading it, and removes an engine’s files', async () => {
    const page = await hosted.open('#/models');
    await page.addInitScript(() => {
      Response.prototype.blob = () => Promise.reject(new Error('read'));
    });
    await page.reload();
    const built = await readdir(resolve('dist/assets'));
    const sizes = await Promise.all(
      [/^esm-.*\.js$/, /^wllama-.*\.wasm$/].map(
        async (name) =>
          (
            await stat(
              resolve(
                'dist/assets',
                built.find((one) => name.test(one))!,
              ),
            )
          ).size,
      ),
    );
    const line = (title: string) => page.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) });
    await line('Engine for the processor')
      .getByText(`2 files · ${bytes(sizes[0]! + sizes[1]!)}`)
      .waitFor(WAIT);
    await line('This page')
      .getByText(/^\d+ files · \d/)
      .waitFor(WAIT);
    expect(await line('Engine for the graphics card').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove the files of the engine for the processor' }).click();
    await expect.poll(() => line('Engine for the processor').count(), WAIT).toBe(0);
    expect(await keptFiles(/engines/)).toEqual([]);
    await line('This page').waitFor(WAIT);
  });

  it('shows the page as it was built, with the theme of a frame in its address too', async () => {
    const page = await hosted.open('?__theme=dark#/help');
    await page.getByRole('heading', { level: 1, name: /help/i }).waitFor(WAIT);
    expect(await page.evaluate(() => 'huggingface' in window)).toBe(false);
  });

  it('complains of nothing', () => {
    expect(hosted.errors.filter((text) => !/models\/index\.json|404/.test(text))).toEqual([]);
  });
});

describe('an install that cannot have every file', { timeout: 180_000 }, () => {
  it('goes on without a picture, and says which', async () => {
    const other = await openHosted();
    try {
      other.host.override('icons/any-512.png', null);
      const heard: string[] = [];
      other.context.on('console', (message) => message.type() === 'warning' && heard.push(message.text()));
      await other.open();
      await expect.poll(() => heard.join('\n'), WAIT).toContain('icons/any-512.png');
    } finally {
      await other.close();
    }
  });

  it('keeps nothing when a script is missing, says which, and has the page whole at the next try', async () => {
    const other = await openHosted();
    try {
      const script = (await readdir(resolve('dist/assets'))).find((name) => name.startsWith('Help-') && name.endsWith('.js'))!;
      other.host.override(`assets/${script}`, null);
      const heard: string[] = [];
      other.context.on('console', (message) => message.type() === 'warning' && heard.push(message.text()));
      const page = await other.context.newPage();
      await page.goto(other.host.url);
      await expect.poll(() => heard.join('\n'), WAIT).toContain(script);
      await page
        .getByText('could not be kept for use without a network: 1 file could not be fetched or stored.', { exact: false })
        .waitFor(WAIT);
      expect(await axe(page)).toEqual([]);
      expect(await page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('precache')))).toEqual([]);
      await other.host.deploy(resolve('dist'));
      await page.reload();
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      expect(await page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('precache')).length)).toBe(1);
    } finally {
      await other.close();
    }
  });
});
