import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelRef } from '../../../src/engines/engine.ts';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { buildEntry, launchBrowser, serve, type Server } from '../harness.ts';
import { openEngine, type OpenEngine } from './open-engine.ts';

const model = tinyGguf({ contextLength: 512 });
/** Other weights in a file of the same size. */
const other = model.map((byte, i) => (i === model.length >> 1 ? byte ^ 1 : byte));
let browser: Browser;
let folder: string;
let app: string;
let server: Server;
let engine: OpenEngine;
/** Requests for models: path and the range that was asked for. */
let asked: string[];
let breakOnce: boolean;

const ref = (path: string, bytes?: number): ModelRef => ({
  engine: 'wllama',
  id: path,
  url: `${server.url}${path}`,
  ...(bytes ? { bytes } : {}),
});

/** Servers that a person may meet. */
function handle(request: IncomingMessage, response: ServerResponse): boolean {
  const path = request.url ?? '';
  if (!path.includes('.gguf')) return false;
  const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1];
  asked.push(range ? `${path} from ${range}` : path);
  const binary = { 'Content-Type': 'application/octet-stream' };
  const broken = (from: number, etag?: string) => {
    response.writeHead(from > 0 ? 206 : 200, {
      ...binary,
      'Content-Length': model.length - from,
      ...(from > 0 ? { 'Content-Range': `bytes ${from}-${model.length - 1}/${model.length}` } : {}),
      ...(etag ? { ETag: etag } : {}),
    });
    response.write(model.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 150));
  };
  if (path === '/page.gguf') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
  else if (path === '/other.gguf') response.writeHead(200, binary).end(Buffer.alloc(50_000, 'x'));
  else if (path === '/locked.gguf') response.writeHead(403).end();
  else if (path === '/busy.gguf' && breakOnce) {
    breakOnce = false;
    response.writeHead(503).end();
  } else if (path === '/breaks.gguf') broken(Number(range ?? 0));
  else if (path === '/forgets.gguf' && breakOnce) {
    breakOnce = false;
    broken(0);
  } else if (path === '/changes.gguf' && breakOnce) {
    breakOnce = false;
    broken(0, '"old"');
  } else if (path === '/changes.gguf') {
    response.writeHead(range ? 206 : 200, {
      ...binary,
      ETag: '"new"',
      ...(range ? { 'Content-Range': `bytes ${range}-${model.length - 1}/${model.length}` } : {}),
    });
    response.end(model.subarray(Number(range ?? 0)));
  } else if (path === '/slow.gguf' && !range) {
    response.writeHead(200, { ...binary, 'Content-Length': model.length });
    // Then a pause without end, after a short one that is longer than the time between two words of progress.
    response.write(model.subarray(0, 60_000));
    setTimeout(() => response.write(model.subarray(60_000, 120_000)), 300);
  } else if (path === '/slow.gguf') {
    response
      .writeHead(206, { ...binary, 'Content-Range': `bytes ${range}-${model.length - 1}/${model.length}` })
      .end(model.subarray(Number(range)));
  } else if (path === '/unsized.gguf') {
    response.writeHead(200, binary);
    response.write(model.subarray(0, 1000));
    response.end(model.subarray(1000));
  } else if (path === '/cut.gguf') response.writeHead(200, { ...binary, 'Content-Length': 200_000 }).end(model.subarray(0, 200_000));
  else if (/^\/(model|busy|forgets)\.gguf/.test(path)) response.writeHead(200, { ...binary, 'Content-Length': model.length }).end(model);
  else return false;
  return true;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  await writeFile(join(folder, 'notes.txt'), 'These are notes, not a model.');
  app = await buildEntry('tests/browser/wllama/app/page.ts');
  browser = await launchBrowser();
  server = await serve([app, folder], { handle });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});
beforeEach(async () => {
  asked = [];
  breakOnce = true;
  engine = await openEngine(browser, server.url);
});
afterEach(() => engine.close());

async function loadError(path: string, bytes?: number): Promise<{ name: string; message: string }> {
  const outcome = await engine.call('load', ref(path, bytes));
  if ('ok' in outcome) throw new Error('It loaded.');
  expect(await engine.call('here', ref(path))).toBe(false);
  return outcome.error;
}

describe('a model by address', () => {
  it('is fetched once, and found again after a reload of the page', async () => {
    expect(await engine.call('here', ref('model.gguf'))).toBe(false);
    expect(await engine.call('load', ref('model.gguf'))).toHaveProperty('ok');
    expect(await engine.call('here', ref('model.gguf'))).toBe(true);
    await engine.page.reload();
    await engine.page.waitForFunction(() => 'call' in window);
    expect(await engine.call('here', ref('model.gguf'))).toBe(true);
    expect(await engine.call('load', ref('model.gguf'))).toHaveProperty('ok');
    expect(asked).toEqual(['/model.gguf']);
  });

  it('is gone after it was removed', async () => {
    await engine.call('load', ref('model.gguf'));
    expect(await engine.call('remove', ref('model.gguf'))).toHaveProperty('ok');
    expect(await engine.call('here', ref('model.gguf'))).toBe(false);
    expect(await engine.call('remove', ref('model.gguf'))).toHaveProperty('ok');
  });

  it('is told apart from another of the same file name', async () => {
    await engine.call('load', ref('model.gguf'));
    expect(await engine.call('here', ref('model.gguf?version=2'))).toBe(false);
  });

  it('takes the place of the one that its server had before, and no other’s', async () => {
    const at = (mark: string): ModelRef => ({ engine: 'wllama', id: `model#${mark}`, url: `${server.url}model.gguf#${mark}` });
    const elsewhere = ref('model.gguf?version=2');
    for (const one of [elsewhere, at('11111111'), at('22222222')]) expect(await engine.call('load', one)).toHaveProperty('ok');
    expect(asked).toEqual(['/model.gguf?version=2', '/model.gguf', '/model.gguf']);
    expect(await engine.call('here', at('11111111'))).toBe(false);
    expect(await engine.call('here', at('22222222'))).toBe(true);
    expect(await engine.call('here', elsewhere)).toBe(true);
  });

  it('is fetched from where the connection broke, as often as needed', async () => {
    expect(await engine.call('load', ref('breaks.gguf'))).toHaveProperty('ok');
    expect(asked[0]).toBe('/breaks.gguf');
    expect(asked.length).toBeGreaterThanOrEqual(4);
    const starts = asked.slice(1).map((line) => Number(line.split(' from ')[1]));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(0);
  });

  it('is fetched anew where the server knows no ranges', async () => {
    expect(await engine.call('load', ref('forgets.gguf'))).toHaveProperty('ok');
    expect(asked).toHaveLength(2);
  });

  it('is fetched anew when it changed between two tries', async () => {
    expect(await engine.call('load', ref('changes.gguf'))).toHaveProperty('ok');
    expect(asked[1]).toContain(' from ');
    expect(asked[2]).toBe('/changes.gguf');
  });

  it('is asked for again when the server is busy', async () => {
    expect(await engine.call('load', ref('busy.gguf'))).toHaveProperty('ok');
    expect(asked).toHaveLength(2);
  });

  it('may come without a size', async () => {
    expect(await engine.call('load', ref('unsized.gguf'))).toHaveProperty('ok');
    expect(await engine.call('here', ref('unsized.gguf'))).toBe(true);
  });

  it('keeps what came before a stop, and goes on from there', async () => {
    const stopped = await engine.call('load', ref('slow.gguf'), { phase: 'download', bytes: 50_000 });
    expect(stopped).toMatchObject({ error: { name: 'aborted' } });
    expect(await engine.call('here', ref('slow.gguf'))).toBe(false);
    expect(await engine.call('load', ref('slow.gguf'))).toHaveProperty('ok');
    expect(asked[1]).toMatch(/from [1-9]\d{4,5}$/);
  });

  it('stops while it is brought into memory, and keeps the file', async () => {
    expect(await engine.call('load', ref('model.gguf'), { phase: 'upload' })).toMatchObject({ error: { name: 'aborted' } });
    expect(await engine.call('here', ref('model.gguf'))).toBe(true);
  });
});

describe('an address that leads to no model', () => {
  it('that does not exist is named', async () => {
    const { name, message } = await loadError('missing.gguf');
    expect(name).toBe('bad-address');
    expect(message).toContain(`${server.url}missing.gguf`);
  });

  it('that needs a login says so', async () => {
    expect(await loadError('locked.gguf')).toMatchObject({ name: 'bad-address', message: expect.stringContaining('login') });
  });

  it('that is a web page is refused', async () => {
    expect(await loadError('page.gguf')).toMatchObject({ name: 'not-a-model', message: expect.stringContaining('not a GGUF') });
  });

  it('that is another kind of file is refused by its first bytes', async () => {
    expect((await loadError('other.gguf')).name).toBe('not-a-model');
    const bytes = (await engine.call('progress')).filter((p) => p.phase === 'download').map((p) => p.bytesDone);
    expect(Math.max(...bytes)).toBe(0);
  });

  it('of another size than expected is refused before the download, with both sizes', async () => {
    const { name, message } = await loadError('model.gguf', 999);
    expect(name).toBe('wrong-size');
    expect(message).toContain('999');
    expect(message).toContain(model.length.toLocaleString('en'));
  });

  it('that holds only a part of a model is refused, and not kept', async () => {
    expect(await loadError('cut.gguf')).toMatchObject({ name: 'not-a-model', message: expect.stringContaining('cut short') });
  });

  it('that is one of several parts is refused before the download', async () => {
    expect((await loadError('big-00002-of-00003.gguf')).name).toBe('not-a-model');
    expect(asked).toEqual([]);
  });

  it('whose server is not there is named after a few tries', async () => {
    const outcome = await engine.call('load', { engine: 'wllama', id: 'x', url: 'http://127.0.0.1:9/x.gguf' });
    expect(outcome).toMatchObject({ error: { name: 'bad-address', message: expect.stringContaining('127.0.0.1:9') } });
  });

  it('that is no address at all is refused', async () => {
    expect(await engine.call('load', { engine: 'wllama', id: 'x', url: 'my model' })).toMatchObject({ error: { name: 'bad-address' } });
  });

  it('while the network is off says that there is none', async () => {
    await engine.call('capability');
    await engine.page.context().setOffline(true);
    expect(await engine.call('load', ref('model.gguf'))).toMatchObject({ error: { name: 'offline' } });
  });
});

describe('room for a model', () => {
  it('is asked for before the first byte', async () => {
    await engine.call('pretendRoom', 100_000);
    const { name, message } = await loadError('model.gguf');
    expect(name).toBe('no-space');
    expect(message).toMatch(/Free some disk space/);
    expect(Math.max(...(await engine.call('progress')).map((p) => p.bytesDone))).toBe(0);
  });

  it('that ends in the middle of a download is told', async () => {
    const devtools = await engine.page.context().newCDPSession(engine.page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url.slice(0, -1), quotaSize: 100_000 });
    expect((await loadError('unsized.gguf')).name).toBe('no-space');
    expect((await loadError('model.gguf')).name).toBe('no-space');
    expect(await engine.call('drop', `${server.url}model.gguf`, 'model.gguf')).toMatchObject({ error: { name: 'no-space' } });
  });
});

describe('a file that is dropped in', () => {
  it('is copied, and loads after a reload of the page', async () => {
    const dropped = await engine.call('drop', `${server.url}model.gguf`, 'My model (new).gguf');
    if ('error' in dropped) throw new Error(dropped.error.message);
    expect(dropped.ok).toMatchObject({
      engine: 'wllama',
      id: expect.stringMatching(/^My model \(new\)#[0-9a-f]{8}$/),
      bytes: model.length,
      title: 'My model (new)',
    });
    expect((await engine.call('progress')).at(-1)).toMatchObject({ bytesDone: model.length, bytesTotal: model.length });
    await engine.page.reload();
    await engine.page.waitForFunction(() => 'call' in window);
    expect(await engine.call('here', dropped.ok)).toBe(true);
    expect(await engine.call('load', dropped.ok)).toHaveProperty('ok');
    await engine.call('remove', dropped.ok);
    expect(await engine.call('load', dropped.ok)).toMatchObject({
      error: { name: 'not-a-model', message: expect.stringContaining('Drop the file in again') },
    });
  });

  it('is not taken for another of the same name and size, and neither takes the other’s place', async () => {
    await writeFile(join(folder, 'twin.bin'), other);
    const first = await engine.call('drop', `${server.url}model.gguf`, 'model.gguf');
    const second = await engine.call('drop', `${server.url}twin.bin`, 'model.gguf');
    if ('error' in first || 'error' in second) throw new Error('It was not taken in.');
    expect(second.ok.id).not.toBe(first.ok.id);
    expect(await engine.call('drop', `${server.url}model.gguf`, 'model.gguf')).toEqual(first);
    for (const { ok } of [first, second]) expect(await engine.call('here', ok)).toBe(true);
    await engine.call('remove', second.ok);
    expect(await engine.call('here', first.ok)).toBe(true);
  });

  it('of another kind is refused by name', async () => {
    const outcome = await engine.call('drop', `${server.url}notes.txt`, 'notes.gguf');
    expect(outcome).toMatchObject({ error: { name: 'not-a-model', message: expect.stringContaining('notes.gguf') } });
  });

  it.each([100, 5_000, 250_000])('that ends after %i bytes is refused', async (bytes) => {
    const outcome = await engine.call('drop', `${server.url}model.gguf`, 'part.gguf', bytes);
    expect(outcome).toMatchObject({ error: { name: 'not-a-model', message: expect.stringMatching(/cut short/) } });
  });
});
