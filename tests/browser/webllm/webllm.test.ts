/** The parts of the WebLLM engine that need no graphics card, against the real package in a real browser with a software adapter. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebLlmRef } from '../../../src/engines/webllm/records.ts';
import { APP_CSP, buildEntry, ISOLATED, launchBrowser, serve, type Server } from '../harness.ts';
import { modelServer, type ModelServer } from './model-server.ts';
import type { Probe } from './probe.worker.ts';

const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
let dir: string;
let site: Server;
let browser: Browser;
let page: Page;
let model: ModelServer;
let ref: WebLlmRef;

const call = <K extends keyof Probe>(name: K, ...args: Parameters<Probe[K]>): Promise<Awaited<ReturnType<Probe[K]>>> =>
  page.evaluate(
    ([n, a]) => (globalThis as unknown as { call: (n: string, a: unknown[]) => Promise<never> }).call(n as string, a as unknown[]),
    [name, args] as const,
  );

beforeAll(async () => {
  dir = await buildEntry('tests/browser/webllm/page.ts');
  site = await serve(dir, { headers: { ...ISOLATED, 'Content-Security-Policy': APP_CSP } });
  browser = await launchBrowser(SWIFTSHADER);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const openPage = async (from: Browser = browser) => {
  page = await (await from.newContext()).newPage();
  await page.goto(site.url);
};
/** Set by a test that leaves its page changed. */
let spoiled = true;

beforeEach(async () => {
  model = await modelServer();
  ref = { engine: 'webllm', id: 'made-up', weightsUrl: `${model.origin}/`, libraryUrl: `${model.origin}/lib.wasm` };
  if (spoiled) await openPage();
  else await call('clear');
  spoiled = false;
});
afterEach(async () => {
  if (spoiled) await page.context().close();
  await model.close();
});

/** Where the package looks for the model's files: a plain mirror's are stored under the hub's layout. */
const key = (name: string) => `${model.origin}/resolve/main/${name}`;
const expectWhole = async () => {
  for (const name of model.shards) expect(await call('digest', 'webllm/model', key(name)), name).toBe(model.digest(name));
  expect((await call('cached'))['promptevolver/pieces']).toEqual([]);
};

/** One shard comes to a halt at 130,000 bytes of its 200,000, and the person stops there. */
const stopInTheMiddle = () => {
  model.script('params_shard_2.bin', { stall: 130_000 });
  return call('download', ref, { stallMs: 30_000, stopAt: { file: 'params_shard_2.bin', bytes: 130_000 } });
};

it('brings the package only when a model is loaded: the engine’s own code is small', async () => {
  const assets = join(dir, 'assets');
  const sizes = await Promise.all((await readdir(assets)).map(async (name) => ({ name, bytes: (await stat(join(assets, name))).size })));
  expect(sizes.find(({ name }) => name.startsWith('probe.worker'))!.bytes).toBeLessThan(120_000);
  expect(Math.max(...sizes.map(({ bytes }) => bytes))).toBeGreaterThan(5_000_000);
});

describe('the gates', () => {
  it('see the software adapter of this browser for what it is, and let a person try', async () => {
    const capability = await call('featureTest');
    expect(capability).toMatchObject({
      engine: 'webllm',
      ok: false,
      mayTryAnyway: true,
      facts: { softwareAdapter: true, shaderF16: false },
    });
    expect(capability.why).toMatch(/in software/);
    expect(capability.facts.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
  });

  it('see that a browser without WebGPU has none', async () => {
    const plain = await launchBrowser(['--disable-features=WebGPU', '--disable-gpu']);
    try {
      spoiled = true;
      await page.context().close();
      await openPage(plain);
      const capability = await call('featureTest');
      expect(capability).toMatchObject({ ok: false });
      expect(capability.mayTryAnyway).toBeUndefined();
      expect(capability.remedy).toMatch(/CPU/);
    } finally {
      await page.context().close();
      await plain.close();
    }
  });

  it('refuse the half-precision model here before a byte is asked for', async () => {
    const result = await call('load', { engine: 'webllm', id: 'Qwen3-0.6B-q4f16_1-MLC' }, true);
    expect(result.first).toMatchObject({ name: 'no-f16' });
    expect(result.firstPhases).toEqual(['check']);
  });
});

describe('the watch over real devices', () => {
  it('gets the adapter’s true limits and hears nothing when all is well', async () => {
    const { heard, binding, buffer, perStage } = await call('trouble', 'none');
    expect(heard).toEqual([]);
    expect(binding[0]).toBe(binding[1]);
    expect(binding[0]).toBeGreaterThan(1 << 27);
    expect(buffer[0]).toBe(buffer[1]);
    expect(perStage).toBe(10);
  });

  it('hears an error that nobody caught, a destroyed device, and not one that was meant to go', async () => {
    expect((await call('trouble', 'error')).heard).toMatchObject([{ kind: 'error' }]);
    expect((await call('trouble', 'destroy')).heard).toMatchObject([{ kind: 'memory' }]);
    expect((await call('trouble', 'expected')).heard).toEqual([]);
  });
});

describe('the downloader', () => {
  it('fills the caches so that the real package finds all and asks the network for nothing', async () => {
    expect(await call('here', ref)).toBe(false);
    expect(await call('packageHas', ref)).toBe(false);
    const result = await call('download', ref);
    expect(result).toMatchObject({ shards: 6, phases: ['check', 'download', 'verify'] });
    const total = [...model.files.values()].reduce((sum, file) => sum + file.length, 0);
    expect(result.last).toMatchObject({ bytesDone: total, bytesTotal: total });
    await expectWhole();
    expect(await call('here', ref)).toBe(true);
    expect(await call('packageHas', ref)).toBe(true);

    const asked = model.requests.length;
    // The package gets past its description and its library, and stops at the library, which has no runtime in it.
    expect(await call('packageReload', ref)).not.toMatch(/loaded|fetch|network/i);
    expect(model.requests.length).toBe(asked);
  });

  it('works the same when the server is gone: a second load needs no network', async () => {
    await call('download', ref);
    await model.close();
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    const { first, firstPhases, second, call: later } = await call('load', ref, true);
    expect(firstPhases).toContain('verify');
    expect(first).toMatchObject({ name: expect.stringMatching(/not-a-model|load-failed/) });
    expect(first!.message).not.toContain(first!.cause);
    // Never again in a worker where a load failed.
    expect(second).toMatchObject({ name: 'load-failed', fatal: true });
    expect(later).toBe('load-failed');
  });

  it('takes a mirror that is laid out like the hub', async () => {
    model.folder = '/resolve/main/';
    expect(await call('download', { ...ref, libraryUrl: `${model.origin}/resolve/main/lib.wasm` } as WebLlmRef)).toMatchObject({
      shards: 6,
    });
    await expectWhole();
  });

  it('takes the place of the version that its server had before, and no other model’s', async () => {
    const version = (mark: string): WebLlmRef => {
      model.folder = `/My-MLC/resolve/v-${mark}/`;
      return { ...ref, weightsUrl: model.origin + model.folder, libraryUrl: `${model.origin}${model.folder}lib.wasm` } as WebLlmRef;
    };
    await call('download', ref);
    const first = version('11111111');
    expect(await call('download', first)).toMatchObject({ shards: 6 });
    const second = version('22222222');
    expect(await call('download', second)).toMatchObject({ shards: 6 });
    const urls = Object.values(await call('cached')).flat();
    expect(urls.filter((url) => url.includes('v-11111111'))).toEqual([]);
    // The old one is not to be had any more, and asking for it takes nothing away.
    expect(await call('download', first)).toMatchObject({ error: 'bad-address' });
    expect([await call('here', ref), await call('here', first), await call('here', second)]).toEqual([true, false, true]);
  });

  it('caches a library whose address says localhost', async () => {
    const local: WebLlmRef = { ...ref, libraryUrl: `${model.origin.replace('127.0.0.1', 'localhost')}/lib.wasm` } as WebLlmRef;
    await call('download', local);
    expect((await call('cached'))['webllm/wasm']).toEqual([`${model.origin}/lib.wasm`]);
    expect(await call('here', local)).toBe(true);
  });

  it('goes on with the missing bytes after a cut, several times', async () => {
    model.script('params_shard_2.bin', { cut: 70_000 }, { cut: 50_000 }, { cut: 10 });
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    const ranges = model.requests.filter((r) => r.startsWith('params_shard_2.bin@'));
    expect(ranges.length).toBeGreaterThanOrEqual(1);
    await expectWhole();
  });

  it('also where the server hides its headers from pages', async () => {
    model.expose = false;
    model.script('params_shard_2.bin', { cut: 70_000 });
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    await expectWhole();
  });

  it('begins a file anew when the server knows no ranges, refuses one, or has another file', async () => {
    model.script('params_shard_2.bin', { cut: 150_000 }, 'no-range');
    model.script('params_shard_0.bin', { cut: 80_000 }, { status: 416 });
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    expect(model.requests.filter((r) => r === 'params_shard_0.bin').length).toBeGreaterThanOrEqual(2);
    await expectWhole();
  });

  it('asks without a range where the request with one never gets an answer', async () => {
    model.script('params_shard_2.bin', { cut: 150_000 });
    model.hangUpOnRanges = true;
    expect(await call('download', ref, { tries: 4 })).toMatchObject({ shards: 6 });
    expect(model.requests.filter((r) => r.startsWith('params_shard_2.bin')).at(-1)).toBe('params_shard_2.bin');
    await expectWhole();
  });

  it('begins anew when the file changed between two visits', async () => {
    await stopInTheMiddle();
    model.files.set('params_shard_2.bin', Buffer.alloc(200_000, 7));
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    await expectWhole();
  });

  it('waits out a busy server', async () => {
    model.script('params_shard_1.bin', { status: 503 }, { status: 429, retryAfter: 0 });
    model.script('tensor-cache.json', { status: 500 });
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    await expectWhole();
  });

  it('does not wait for a connection that went silent', async () => {
    model.script('params_shard_1.bin', { stall: 10_000 }, { stall: 0 });
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    await expectWhole();
  });

  it('keeps what is there when it is stopped, and goes on from it after a reload of the page', async () => {
    const stopped = await stopInTheMiddle();
    expect(stopped).toMatchObject({ error: 'aborted' });
    const kept = await call('cached');
    expect(kept['promptevolver/pieces']!.length).toBeGreaterThan(0);
    expect(await call('here', ref)).toBe(false);
    const done = kept['webllm/model']!.filter((url) => url.endsWith('.bin'));

    await page.reload();
    model.requests.length = 0;
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    for (const url of done) expect(model.requests).not.toContain(url.split('/').at(-1));
    expect(model.requests.some((r) => r.startsWith('params_shard_2.bin@'))).toBe(true);
    await expectWhole();
  });

  it.each([
    ['a file is missing (404)', 'params_shard_1.bin', [{ status: 404 }], 'bad-address', /404.*Check the address/],
    ['it must not be had (403)', 'params_shard_1.bin', [{ status: 403 }], 'bad-address', /permission \(403\)/],
    ['a sign-in page comes', 'params_shard_1.bin', ['html'], 'not-a-model', /web page.*sign in/],
    [
      'a page comes as JSON',
      'tensor-cache.json',
      [{ status: 200, type: 'application/json', body: '<!DOCTYPE html>' }],
      'not-a-model',
      /web page/,
    ],
    [
      'the list is no list',
      'tensor-cache.json',
      [{ status: 200, body: '{"records":[{"dataPath":"../../x","nbytes":4}]}' }],
      'not-a-model',
      /outside its folder/,
    ],
    ['the library is none', 'lib.wasm', [{ status: 200, body: 'not wasm at all' }], 'not-a-model', /WebAssembly/],
    ['a shard is too short, twice', 'params_shard_1.bin', [{ size: 100 }, { size: 100 }], 'wrong-size', /another size/],
    ['a shard is too long', 'params_shard_1.bin', [{ size: 40_001 }], 'wrong-size', /another size/],
    [
      'the server fails again and again',
      'params_shard_1.bin',
      Array(9).fill({ status: 500 }),
      'download-failed',
      /is kept; try again later/,
    ],
    ['the line is cut again and again', 'params_shard_1.bin', Array(9).fill({ cut: 0 }), 'download-failed', /is kept/],
  ] as const)('ends with a sentence when %s', async (_, file, behaviours, code, message) => {
    model.script(file, ...behaviours);
    const result = await call('download', ref);
    expect(result).toMatchObject({ error: code, message: expect.stringMatching(message) });
    expect(await call('here', ref)).toBe(false);
    // The next try is not spoiled by what was rejected.
    model.script(file);
    expect(await call('download', ref)).toMatchObject({ shards: 6 });
    await expectWhole();
  });

  it('finds out which shards are broken, by their size', async () => {
    await call('download', ref);
    await call('put', 'webllm/model', key('params_shard_3.bin'), 'x');
    // Without a length it is the package's own entry, which is trusted; with a wrong one it is fetched again.
    await page.evaluate(
      async ([url]) => (await caches.open('webllm/model')).put(url!, new Response('short', { headers: { 'Content-Length': '5' } })),
      [key('params_shard_4.bin')],
    );
    model.requests.length = 0;
    await call('download', ref);
    expect(model.requests).toEqual(['params_shard_4.bin']);
  });

  it('asks for room first, and names both figures', async () => {
    // More than this browser promises to any page, whatever the disk.
    const records = [{ dataPath: 'params_shard_0.bin', nbytes: 40_000_000_000 }];
    model.files.set('tensor-cache.json', Buffer.from(JSON.stringify({ records })));
    const result = await call('download', ref);
    expect(result).toMatchObject({ error: 'no-space', message: expect.stringMatching(/needs 46\.00 GB.*gives this page \d+\.\d\d GB/) });
    expect(model.requests.filter((r) => r.endsWith('.bin'))).toEqual([]);
  });

  it('says so when the disk is full all the same', async () => {
    spoiled = true;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 10_000 });
    expect(await call('download', ref)).toMatchObject({ error: 'no-space', message: expect.stringMatching(/Free some disk space/) });
  });

  it('says when the device is offline', async () => {
    spoiled = true;
    await page.context().setOffline(true);
    expect(await call('download', ref)).toMatchObject({
      error: 'offline',
      message: expect.stringMatching(/is kept/),
    });
  });
});

describe('removing a model', () => {
  it('leaves nothing, where the package leaves its list of files', async () => {
    await call('download', ref);
    await call('packageDelete', ref);
    expect((await call('cached'))['webllm/model']).toEqual([key('tensor-cache.json')]);
    await call('download', ref);
    await call('remove', ref);
    expect(Object.values(await call('cached')).flat()).toEqual([]);
    expect(await call('here', ref)).toBe(false);
  });

  it('takes half-downloaded files along, and leaves other models alone', async () => {
    const other: WebLlmRef = {
      ...ref,
      id: 'other',
      weightsUrl: `${model.origin}/resolve/other/`,
      libraryUrl: `${model.origin}/other.wasm`,
    } as WebLlmRef;
    await call('put', 'webllm/model', `${model.origin}/resolve/other/tensor-cache.json`, '{}');
    await stopInTheMiddle();
    await call('remove', ref);
    expect(Object.values(await call('cached')).flat()).toEqual([`${model.origin}/resolve/other/tensor-cache.json`]);
    expect(await call('here', other)).toBe(false);
  });
});
