/** What page and worker may run and reach, as the service worker lets them: tried in both, while both engines load. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Worker } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';
import { modelServer, type ModelServer } from '../webllm/model-server.ts';
import { openHosted, takeModel, WAIT, type Hosted } from './hosted.ts';

const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
let hosted: Hosted;
let page: Page;
/** Two servers that any page may ask, and one that sends its visitors on to the second. */
let stranger: Server;
let depot: Server;
let mirror: Server;
let mlc: ModelServer;
const asked: string[] = [];

const open = (answer: Parameters<typeof createServer>[1]): Promise<Server> =>
  new Promise((done) => {
    const server = createServer(answer).listen(0, '127.0.0.1', () => done(server));
  });
const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  const model = Buffer.from(tinyGguf({ contextLength: 512, name: 'far' }));
  const anybody: Parameters<typeof createServer>[1] = (request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*');
    response.setHeader('Access-Control-Expose-Headers', '*');
    response.end(request.url?.includes('.gguf') ? model : 'hello');
  };
  stranger = await open(anybody);
  depot = await open(anybody);
  mirror = await open((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    response.writeHead(302, { Location: `${originOf(depot)}${request.url}` }).end();
  });
  mlc = await modelServer();
  hosted = await openHosted({ args: SWIFTSHADER });
  await hosted.open();
  page = await hosted.open();
}, 120_000);
afterAll(async () => {
  await hosted?.close();
  await mlc?.close();
  for (const server of [stranger, depot, mirror]) server?.close();
});

/** Run from a timer: what a debugger evaluates is above the policy. */
const inTimer = (work: string, where: Page | Worker): Promise<string> =>
  (where as Page).evaluate(
    ([kind, address]) =>
      new Promise<string>((done) => {
        const outcome = async (): Promise<string> => {
          if (kind === 'eval') return String((0, eval)('1 + 1'));
          if (kind === 'function') return String(new Function('return 2')());
          if (kind === 'inline') {
            const script = document.createElement('script');
            script.textContent = 'globalThis.inlineRan = true';
            document.head.append(script);
            return String((globalThis as { inlineRan?: boolean }).inlineRan ?? 'refused');
          }
          return (await fetch(address!)).text();
        };
        setTimeout(() => outcome().then(done, (error: Error) => done(`refused: ${error.name}`)));
      }),
    work.split(' ') as [string, string?],
  );
const workerOf = (): Worker => page.workers().findLast((one) => one.url().includes('optimizer.worker'))!;

describe('the page', { timeout: 120_000 }, () => {
  it.each(['eval', 'function', 'inline'])('runs no %s', async (kind) => {
    expect(await inTimer(kind, page)).toMatch(/^refused/);
  });

  it('asks its own origin, and no other that nobody confirmed', async () => {
    expect(await inTimer(`fetch ${hosted.host.url}build.json`, page)).toContain('version');
    expect(await inTimer(`fetch ${originOf(stranger)}/from-page`, page)).toMatch(/^refused/);
    expect(asked).toEqual([]);
  });
});

describe('the optimizer’s worker', { timeout: 120_000 }, () => {
  it('loads the CPU’s engine', () => takeModel(page));

  it.each(['eval', 'function'])('runs no %s', async (kind) => {
    expect(await inTimer(kind, workerOf())).toMatch(/^refused/);
  });

  it('asks its own origin, and no other that nobody confirmed', async () => {
    expect(await inTimer(`fetch ${hosted.host.url}build.json`, workerOf())).toContain('version');
    expect(await inTimer(`fetch ${originOf(stranger)}/from-worker`, workerOf())).toMatch(/^refused/);
    expect(asked).toEqual([]);
  });
});

describe('an address that the person gives', { timeout: 180_000 }, () => {
  const load = async (address: string): Promise<void> => {
    await page.locator('#gguf-address').fill(address);
    await page.getByRole('button', { name: 'Get it and load it' }).click();
  };

  it('is reached at once, without a reload, by a worker in the place of the first', async () => {
    await load(`${originOf(stranger)}/far-away.gguf`);
    await page.getByText(/far-away is ready on/).waitFor(WAIT);
    expect(asked.some((path) => path.startsWith('/far-away.gguf'))).toBe(true);
    expect(await inTimer(`fetch ${originOf(stranger)}/now`, workerOf())).toBe('hello');
    expect(await inTimer(`fetch ${originOf(mirror)}/now`, workerOf())).toMatch(/^refused/);
  });

  it('may send on to where its files really are', async () => {
    await load(`${originOf(mirror)}/by-a-detour.gguf`);
    await page.getByText(/by-a-detour is ready on/).waitFor(WAIT);
    expect(await inTimer(`fetch ${originOf(depot)}/itself`, workerOf())).toMatch(/^refused/);
  });

  it('by https and the numbers of IPv6 is refused with the reason: no policy can name it', async () => {
    await load('https://[::1]:9/far-away.gguf');
    await page.getByText('its policy can name no address in the numbers of IPv6', { exact: false }).waitFor(WAIT);
  });

  it('is remembered', async () => {
    await page.reload();
    await page.getByText('A model of your own').waitFor(WAIT);
    expect(await inTimer(`fetch ${originOf(stranger)}/later`, page)).toBe('hello');
  });

  it('lets the graphics card’s engine fetch a model, and start its package', async () => {
    await page.getByText('A model of your own').click();
    await page.getByLabel('Address of the weights').fill(`${mlc.origin}/`);
    await page.getByLabel('Address of the library').fill(`${mlc.origin}/lib.wasm`);
    await page.getByRole('button', { name: 'Get them and load' }).click();
    await page.getByRole('button', { name: 'Try anyway', exact: true }).click(WAIT);
    await expect.poll(() => mlc.requests, WAIT).toContain('lib.wasm');
    await expect.poll(() => hosted.host.asked.some(({ path }) => /assets\/lib-/.test(path)), WAIT).toBe(true);
    // The module is empty: the package compiles it, and finds nothing of its runtime.
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor(WAIT);
    expect(mlc.requests.filter((name) => name.startsWith('params_shard'))).toHaveLength(6);
  });

  it('is refused nothing that it needs: only what was tried here was', () => {
    const refused = hosted.errors.filter((text) => text.includes('Content Security Policy'));
    expect(refused.filter((text) => !/inline script|\/from-page|\/from-worker|\/now|\/itself|unsafe-eval/.test(text))).toEqual([]);
  });
});
