import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listModels } from '../../tools/models.mjs';
import { serveApp } from '../../tools/serve.mjs';

let home: string;
let models: string;
let server: Awaited<ReturnType<typeof serveApp>>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'serve-'));
  models = join(home, 'models');
  await mkdir(join(home, 'dist/assets'), { recursive: true });
  await mkdir(models);
  await writeFile(join(home, 'dist/index.html'), '<!doctype html><title>App</title>');
  await writeFile(join(home, 'dist/assets/a-1.js'), 'export {};');
  await writeFile(join(home, 'dist/assets/a-1.wasm'), '');
  await writeFile(join(home, 'secret.txt'), 'not for anybody');
  server = await serveApp({ dist: join(home, 'dist'), models, port: 0 });
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') => fetch(server.url + path, { headers, method });

/** The beginning of a GGUF file: texts by their names. */
function gguf(texts: Record<string, string>, rest = 0): Buffer {
  const text = (value: string) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const head = Buffer.alloc(24);
  head.write('GGUF');
  head.writeUInt32LE(3, 4);
  head.writeBigUInt64LE(BigInt(Object.keys(texts).length), 16);
  const pairs = Object.entries(texts).map(([key, value]) => Buffer.concat([text(key), Buffer.from([8, 0, 0, 0]), text(value)]));
  return Buffer.concat([head, ...pairs, Buffer.alloc(rest)]);
}

const VERSION = expect.stringMatching(/^[0-9a-f]{8}$/);
const put = (name: string, content: string | Buffer) => writeFile(join(models, name), content);

describe('models/index.json', () => {
  it('is an empty list without models, and without the folder', async () => {
    expect(await (await get('models/index.json')).json()).toEqual([]);
    expect(await listModels(join(home, 'nowhere'))).toEqual({ models: [], notes: [] });
  });

  it('tells name, licence and size of a GGUF from the file itself, at every request anew', async () => {
    const file = gguf({ 'general.architecture': 'llama', 'general.name': 'Tiny Talker', 'general.license': 'mit' }, 100);
    expect(await (await get('models/index.json')).json()).toEqual([]);
    await put('tiny one.Q8_0.gguf', file);
    const response = await get('models/index.json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual([
      {
        id: 'tiny one.Q8_0',
        title: 'Tiny Talker',
        file: 'tiny%20one.Q8_0.gguf',
        bytes: file.length,
        kind: 'gguf',
        version: VERSION,
        license: 'mit',
      },
    ]);
    expect((await get('models/tiny%20one.Q8_0.gguf')).status).toBe(200);
  });

  it('leaves out what is no GGUF and says so, and does not see hidden and foreign files', async () => {
    await put('page.gguf', '<!doctype html>');
    await put('cut.gguf', 'GGUF');
    await put('.half.gguf', gguf({}));
    await put('README.md', 'notes');
    const { models: listed, notes } = await listModels(models);
    expect(listed).toEqual([]);
    expect(notes).toEqual([
      'models/cut.gguf is not a GGUF file, so it is not offered.',
      'models/page.gguf is not a GGUF file, so it is not offered.',
    ]);
  });

  it('survives a header that promises more than the file holds', async () => {
    const file = gguf({ 'general.name': 'Odd' });
    file.writeBigUInt64LE(2n ** 63n, 24);
    await put('odd.gguf', file);
    expect((await listModels(models)).models).toEqual([expect.objectContaining({ title: 'odd' })]);
  });

  it('leaves out a split model, which the page cannot load, and says once how to mend it', async () => {
    await put('big-00001-of-00002.gguf', gguf({}, 10));
    await put('big-00002-of-00002.gguf', gguf({}, 20));
    await put('whole-00001-of-00001.gguf', gguf({}, 5));
    const { models: listed, notes } = await listModels(models);
    expect(notes).toEqual([expect.stringMatching(/^models\/big-….gguf is split into parts.*llama-gguf-split --merge$/)]);
    expect(listed).toEqual([
      {
        id: 'whole-00001-of-00001',
        title: 'whole-00001-of-00001',
        file: 'whole-00001-of-00001.gguf',
        bytes: 24 + 5,
        kind: 'gguf',
        version: VERSION,
      },
    ]);
  });

  it('lists a folder in MLC form with its library, and says what one lacks', async () => {
    for (const name of ['Good-MLC', 'Bare-MLC']) {
      await mkdir(join(models, name));
      await put(`${name}/mlc-chat-config.json`, '{}');
      await put(`${name}/tensor-cache.json`, '{}');
    }
    await put('Good-MLC/Good.wasm', '1234');
    const { models: listed, notes } = await listModels(models);
    expect(listed).toEqual([
      {
        id: 'Good-MLC',
        title: 'Good-MLC',
        file: expect.stringMatching(/^Good-MLC\/resolve\/v-[0-9a-f]{8}\/$/),
        library: expect.stringMatching(/^Good-MLC\/resolve\/v-[0-9a-f]{8}\/Good\.wasm$/),
        bytes: 8,
        kind: 'mlc',
        version: VERSION,
      },
    ]);
    expect(notes).toEqual(['models/Bare-MLC/ lacks its library (.wasm), so it is not offered.']);
    // The list of files has had another name, under which the page does not look for it.
    await rm(join(models, 'Good-MLC/tensor-cache.json'));
    await put('Good-MLC/ndarray-cache.json', '{}');
    expect((await listModels(models)).notes[1]).toBe('models/Good-MLC/ lacks tensor-cache.json, so it is not offered.');
    await put('Good-MLC/tensor-cache.json', '{}');
    // The address under which WebLLM looks for it.
    expect(await (await get('models/Good-MLC/resolve/main/mlc-chat-config.json')).text()).toBe('{}');
  });

  it('gives a folder that changed another address, and its old one answers no more', async () => {
    await mkdir(join(models, 'My-MLC'));
    for (const name of ['mlc-chat-config.json', 'tensor-cache.json', 'My.wasm', 'params.bin']) await put(`My-MLC/${name}`, '{"a":1}');
    const address = async () => (await listModels(models)).models[0]!.file;
    const config = async (file: string) => (await get(`models/${file}mlc-chat-config.json`)).status;
    const first = await address();
    expect(await address()).toBe(first);
    expect(await config(first)).toBe(200);
    expect(await (await get(`models/${first}params.bin`)).text()).toBe('{"a":1}');
    await put('My-MLC/params.bin', '{"a":2}');
    const second = await address();
    expect(second).not.toBe(first);
    expect([await config(first), await config(second)]).toEqual([404, 200]);
  });

  it('gives a GGUF another version when only its weights have changed', async () => {
    const file = gguf({ 'general.name': 'Tiny' }, 500_000);
    const version = async () => (await put('tiny.gguf', file), (await listModels(models)).models[0]!.version);
    const first = await version();
    expect(await version()).toBe(first);
    file[250_000] = 1;
    expect(await version()).not.toBe(first);
  });
});

describe('the server', () => {
  it('isolates every answer, so that the page may use threads', async () => {
    for (const path of ['', 'assets/a-1.js', 'models/index.json', 'nothing']) {
      const { headers } = await get(path);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    }
  });

  it('does not cut the page off from another site that opens it to talk with', async () => {
    for (const path of ['index.html?embed', 'index.html?embed=consent', 'index.html?a=1&embed'])
      expect((await get(path)).headers.get('cross-origin-opener-policy')).toBeNull();
    expect((await get('index.html?embedded')).headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  it.each([
    ['', 'text/html; charset=utf-8'],
    ['assets/a-1.js', 'text/javascript; charset=utf-8'],
    ['assets/a-1.wasm', 'application/wasm'],
    ['models/index.json', 'application/json; charset=utf-8'],
    ['models/a.gguf', 'application/octet-stream'],
  ])('names the type of /%s', async (path, type) => {
    await put('a.gguf', gguf({}));
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  });

  it('answers with the bytes asked for', async () => {
    await put('a.gguf', '0123456789');
    const cases: [string, number, string, string | null][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
      ['bytes=0-1,4-5', 200, '0123456789', null],
      ['bytes=x', 200, '0123456789', null],
    ];
    for (const [range, status, body, content] of cases) {
      const response = await get('models/a.gguf', { range });
      expect([response.status, await response.text(), response.headers.get('content-range')], range).toEqual([status, body, content]);
    }
    const beyond = await get('models/a.gguf', { range: 'bytes=10-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  });

  it('goes on with a download only while the file is the same', async () => {
    await put('a.gguf', '0123456789');
    const tag = (await get('models/a.gguf')).headers.get('etag')!;
    expect((await get('models/a.gguf', { 'if-none-match': tag })).status).toBe(304);
    expect((await get('models/a.gguf', { range: 'bytes=2-', 'if-range': tag })).status).toBe(206);
    await put('a.gguf', 'another text');
    expect((await get('models/a.gguf', { range: 'bytes=2-', 'if-range': tag })).status).toBe(200);
  });

  it('answers HEAD with the size and no body, and refuses to be written to', async () => {
    await put('a.gguf', '0123456789');
    const head = await get('models/a.gguf', {}, 'HEAD');
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['10', '']);
    expect((await get('models/a.gguf', {}, 'PUT')).status).toBe(405);
  });

  it.each([
    '../secret.txt',
    '..%2fsecret.txt',
    'assets/%2e%2e/%2e%2e/secret.txt',
    'models/..%2f..%2fsecret.txt',
    'models/%2e%2e/secret.txt',
    '..%5csecret.txt',
    '%00',
    '%',
    'models/.hidden',
    'models//etc/passwd',
  ])('gives nothing from outside its folders: %s', async (path) => {
    await put('.hidden', 'not for anybody');
    // `fetch` tidies paths, so it is asked by hand.
    const answer = await raw(path);
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
    expect(answer).not.toContain('anybody');
  });

  it('does not answer to another name than its own', async () => {
    expect(await raw('', 'evil.example')).toMatch(/^HTTP\/1\.1 421/);
    expect(await raw('', `localhost:${server.port}`)).toMatch(/^HTTP\/1\.1 200/);
  });

  it('takes the next port when its own is taken, and fails when it may not', async () => {
    const options = { dist: join(home, 'dist'), models, port: server.port };
    await expect(serveApp(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const second = await serveApp({ ...options, next: 20 });
    expect(second.port).toBeGreaterThan(server.port);
    await second.close();
  });
});

/** One request exactly as written. */
async function raw(path: string, host = '127.0.0.1'): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write(`GET /${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (part) => (answer += part));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
