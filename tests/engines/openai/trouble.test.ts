import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenRequest } from '../../../src/engines/engine.ts';
import { createOpenAiEngine } from '../../../src/engines/openai/engine.ts';
import { mayBeAsked } from '../../../src/engines/openai/address.ts';
import { retryAfter } from '../../../src/api/retryAfter.ts';
import { openServer, rejects, says, type ServerDouble } from './serverDouble.ts';

let server: ServerDouble;
beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

const never = new AbortController().signal;
const request: GenRequest = { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 9, temperature: 0, seed: 0 };
const load = (url: string, model?: string, o = {}) => {
  const engine = createOpenAiEngine({ firstWait: 1, ...o });
  return engine.load({ engine: 'openai', id: 'tiny', url, ...(model ? { model } : {}) }, () => {}, never).then(() => engine);
};

describe('a busy server', () => {
  it('is asked again, when it says or a little later', async () => {
    const engine = await load(server.url);
    server.heard.length = 0;
    server.replies = [rejects(429, 'slow down', { 'Retry-After': '0.2' }), rejects(503, 'Loading model'), says(['a'])];
    const before = performance.now();
    const result = await engine.generate(request, never);
    expect(performance.now() - before).toBeGreaterThan(190);
    expect(result.text).toBe('a');
    expect(result.ms).toBeLessThan(190);
    expect(server.asked).toHaveLength(3);
  });

  it('that stays busy is told so', async () => {
    const engine = await load(server.url);
    server.heard.length = 0;
    server.replies = [rejects(429, 'slow down')];
    await expect(engine.generate(request, never)).rejects.toMatchObject({
      name: 'generation-failed',
      message: expect.stringContaining('has too much to do and stayed so (“slow down”). Try again later.'),
    });
    expect(server.asked).toHaveLength(6);
  });

  it('is not waited for after an abort', async () => {
    const engine = await load(server.url);
    server.replies = [rejects(503, '', { 'Retry-After': '30' })];
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await engine.generate(request, stop.signal)).toMatchObject({ finish: 'abort', text: '' });
  });

  it.each([
    ['3', 3000],
    ['Thu, 01 Jan 1970 00:00:12 GMT', 2000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
    [null, null],
  ])('is taken at its word: Retry-After %s', (header, ms) => {
    expect(retryAfter(header, 10_000)).toBe(ms);
  });
});

describe('trouble is told in a sentence', () => {
  it('of a server that is not there', async () => {
    const { url } = server;
    await server.close();
    await expect(load(url)).rejects.toMatchObject({ name: 'offline', message: expect.stringContaining(`No server answers at ${url}/v1.`) });
    server = await openServer();
  });

  it('of a server that does not let this page ask', async () => {
    // As a browser has it: the same TypeError, and an answer without a look at it.
    const ask = ((_: string, init?: RequestInit) =>
      init?.mode === 'no-cors' ? Promise.resolve(new Response()) : Promise.reject(new TypeError('Failed to fetch'))) as typeof fetch;
    await expect(load(server.url, undefined, { fetch: ask })).rejects.toMatchObject({
      name: 'not-allowed',
      message: expect.stringContaining('(CORS). Let it allow the page'),
    });
  });

  it('of a server that a page may not ask, before it is asked', () => {
    const page = 'https://pages.example';
    for (const base of ['https://a.example/v1', 'http://127.0.0.1:8080/v1', 'http://localhost:1234/v1', `${page}/v1`])
      expect(() => mayBeAsked(base, page)).not.toThrow();
    expect(() => mayBeAsked('http://192.168.1.5:11434/v1', undefined)).not.toThrow();
    expect(() => mayBeAsked('http://192.168.1.5:11434/v1', page)).toThrow(/plain http on another machine.*ssh -L 11434:127\.0\.0\.1:11434/);
    expect(() => mayBeAsked('http://0.0.0.0:8000/v1', page)).toThrow(/give the address http:\/\/127\.0\.0\.1:8000/);
    expect(() => mayBeAsked('http://[::1]:8000/v1', page)).toThrow(/give the address http:\/\/127\.0\.0\.1:8000/);
  });

  it('of a model that the server has not', async () => {
    server.models = { data: [{ id: 'a', owned_by: 'library' }] };
    await expect(load(server.url, 'b')).rejects.toMatchObject({
      name: 'not-a-model',
      message: expect.stringContaining('has no model “b”'),
    });
  });

  it('of an address without such an interface', async () => {
    await expect(load(`${server.url}/elsewhere`)).rejects.toMatchObject({
      name: 'bad-address',
      message: expect.stringContaining('It answers 404. Check the address'),
    });
    server.models = { hello: true };
    await expect(load(server.url)).rejects.toMatchObject({ name: 'bad-address', message: expect.stringContaining('It lists no models.') });
  });

  it('of a server that sends on to another: nothing follows', async () => {
    const engine = await load(server.url);
    const other = await openServer();
    server.replies = [(response) => void response.writeHead(307, { Location: `${other.url}/v1/chat/completions` }).end()];
    await expect(engine.generate(request, never)).rejects.toMatchObject({
      name: 'bad-address',
      message: expect.stringContaining('sends on'),
    });
    expect(other.heard).toEqual([]);
    await other.close();
  });

  it('of an answer that is not JSON', async () => {
    const engine = await load(server.url);
    server.replies = [(response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Hello</h1>')];
    await expect(engine.generate(request, never)).rejects.toMatchObject({
      name: 'bad-address',
      message: expect.stringContaining('its reply is not JSON'),
    });
  });

  it.each([
    [401, 'no', 'needs-key', 'wants a key'],
    [403, 'no', 'needs-key', 'wants a key'],
    [404, 'model "tiny" not found', 'not-a-model', 'has no model “tiny.gguf”'],
    [400, 'the request exceeds the available context size (4096 tokens)', 'context-full', 'longer than this model reads'],
    [500, 'out of slots', 'generation-failed', '500 (“out of slots”)'],
    [500, 'x'.repeat(500), 'generation-failed', '…'],
  ])('of status %i, “%s”', async (status, words, name, message) => {
    const engine = await load(server.url);
    server.replies = [rejects(status, words)];
    const error = await engine.generate(request, never).then(
      () => null,
      (e: unknown) => e as Error,
    );
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
    expect(error!.message.length).toBeLessThan(300);
  });
});
