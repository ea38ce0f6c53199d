import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY_REPLY, writeTinyGguf } from '../../fixtures/tiny-gguf.ts';
import { APP_CSP, buildEntry, ISOLATED, launchBrowser, serve } from '../harness.ts';
import { openEngine, type OpenEngine } from './open-engine.ts';

let browser: Browser;
let folder: string;
let app: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  await writeTinyGguf(join(folder, 'tiny.gguf'));
  app = await buildEntry('tests/browser/wllama/app/page.ts');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
});

interface Around {
  headers?: Record<string, string>;
  /** Path that the server does not have. */
  without?: string;
}

async function inside({ headers = {}, without }: Around, work: (engine: OpenEngine, url: string) => Promise<void>): Promise<void> {
  const server = await serve([app, folder], {
    headers,
    handle(request, response) {
      if (without === undefined || !request.url?.endsWith(without)) return false;
      response.writeHead(404).end();
      return true;
    },
  });
  const engine = await openEngine(browser, server.url);
  try {
    await work(engine, server.url);
  } finally {
    await engine.close();
    await server.close();
  }
}

async function answers(engine: OpenEngine, url: string): Promise<string> {
  const loaded = await engine.call('load', { engine: 'wllama', id: 'tiny', url: `${url}tiny.gguf` });
  if ('error' in loaded) throw new Error(loaded.error.message);
  const reply = await engine.call('generate', { messages: [{ role: 'user', content: 'Hello' }], maxTokens: 20, temperature: 0, seed: 0 });
  expect(reply).toMatchObject({ ok: { text: TINY_REPLY } });
  return loaded.ok.runsOn;
}

describe('the CPU engine', () => {
  it('runs on one thread where the page is not isolated, and says so', () =>
    inside({}, async (engine, url) => {
      expect(await engine.call('capability')).toMatchObject({ ok: true, facts: { threads: 1, crossOriginIsolated: false } });
      expect(await answers(engine, url)).toBe('CPU, 1 thread');
    }));

  it('runs on several threads under the policy of the app', () =>
    inside({ headers: { ...ISOLATED, 'Content-Security-Policy': APP_CSP } }, async (engine, url) => {
      expect(await answers(engine, url)).toMatch(/^CPU, \d+ threads$/);
      expect(await engine.call('canEval')).toMatchObject({ error: { name: 'EvalError' } });
    }));

  it('asks no other server for anything', () =>
    inside({ headers: ISOLATED }, async (engine, url) => {
      const strangers: string[] = [];
      engine.page.context().on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) strangers.push(request.url());
      });
      await answers(engine, url);
      expect(strangers).toEqual([]);
    }));

  it('gives up a load that hangs, instead of waiting for ever', () =>
    // Without a right to compile WebAssembly the package never answers.
    inside({ headers: { 'Content-Security-Policy': APP_CSP.replace("'wasm-unsafe-eval'", '') } }, async (engine, url) => {
      const outcome = await engine.call('start', `${url}tiny.gguf`, 2000);
      expect(outcome).toMatchObject({ error: { name: 'load-timeout', message: expect.stringContaining('2 seconds') } });
    }));

  it('says so when its WebAssembly is missing on the server', () =>
    inside({ without: '.wasm' }, async (engine, url) => {
      expect(await engine.call('load', { engine: 'wllama', id: 'tiny', url: `${url}tiny.gguf` })).toMatchObject({
        error: { name: 'load-failed', message: expect.stringContaining('WebAssembly') },
      });
    }));
});
