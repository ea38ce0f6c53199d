/** The double of the host, held to what is known of the real one. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSERTED, openHost, type Host } from './host.ts';

let folder: string;
let host: Host;
/** Of two files that lie beside the folder that is served. */
const SECRET = 'not of the Space';
const PAGE = '<!doctype html><html><head>\n<meta charset="utf-8" /></head><body></body></html>';

async function build(name: string, files: Record<string, string>): Promise<string> {
  const out = join(folder, name);
  await mkdir(join(out, 'assets'), { recursive: true });
  for (const [path, content] of Object.entries(files)) await writeFile(join(out, path), content);
  return out;
}
const get = (path: string, init?: RequestInit) => fetch(new URL(path, host.url), { redirect: 'manual', ...init });
/** The path goes out as it stands: `fetch` would resolve its dots. */
const raw = (path: string, url = host.url): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { path }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode!, body }));
    });
    sent.on('error', reject).end();
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-'));
  host = await openHost(
    await build('one', {
      'index.html': PAGE,
      'assets/a-1.js': '1;'.repeat(5000),
      'assets/e-1.wasm': 'wasm',
      'icon.png': 'png',
      'run.json.gz': 'gz',
      'with space.png': 'png',
    }),
  );
  await writeFile(join(folder, 'secret.txt'), SECRET);
  await writeFile(join(folder, 'secret.png'), SECRET);
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

describe('the host', () => {
  it('leads from the root to the page, with what stood in the query', async () => {
    const answer = await get('/?__theme=dark');
    expect([answer.status, answer.headers.get('Location')]).toEqual([302, '/index.html?__theme=dark']);
  });

  it('writes a script right behind <head>', async () => {
    expect(await (await get('/index.html?__theme=dark')).text()).toBe(PAGE.replace('<head>', `<head>${INSERTED}`));
  });

  it.each(['/runs', '/assets', '/assets/', '/index', '/assets/b.js'])(
    'knows exact paths only, and says so in plain text: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);
    },
  );

  it('sends text uncompressed and without any header of isolation or policy', async () => {
    const answer = await get('/assets/a-1.js', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Encoding')).toBeNull();
    expect(answer.headers.get('Content-Length')).toBe('10000');
    for (const name of ['Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy', 'Content-Security-Policy'])
      expect(answer.headers.get(name)).toBeNull();
  });

  it.each(['/assets/e-1.wasm', '/icon.png', '/run.json.gz', '/with%20space.png'])(
    'sends a binary from another origin, never to be kept: %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([302, 'no-store']);
      const target = new URL(answer.headers.get('Location')!);
      expect(target.origin).not.toBe(new URL(host.url).origin);
      const file = await fetch(target);
      expect([file.status, file.headers.get('Access-Control-Allow-Origin')]).toEqual([200, '*']);
      expect((await (await get(path, { redirect: 'follow' })).text()).length).toBeGreaterThan(1);
    },
  );

  it('lets a browser ask again instead of keeping text', async () => {
    const first = await get('/assets/a-1.js');
    expect(first.headers.get('Cache-Control')).toBeNull();
    const again = await get('/assets/a-1.js', { headers: { 'If-None-Match': first.headers.get('ETag')! } });
    expect(again.status).toBe(304);
  });

  it('takes nothing', async () => {
    expect((await get('/index.html', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('writes down what was asked', async () => {
    const before = host.asked.length;
    await raw('/nowhere.js?__theme=dark');
    expect(host.asked.slice(before)).toEqual([{ of: 'page', path: 'nowhere.js', status: 404 }]);
  });

  it('never leaves its folder, and outlives every address', async () => {
    const piece = fc.constantFrom('..', '.', '', '%2e%2e', '%2F', '%5c', '%', '%00', '\\', 'assets', 'secret.txt', 'secret.png');
    const path = fc.array(fc.oneof(piece, fc.string().map(encodeURIComponent)), { minLength: 1, maxLength: 6 });
    const outside = [[['..', 'secret.txt']], [['..', 'secret.png']], [['%2e%2e%2Fsecret.txt']], [['%']], [['', '']]] as [string[]][];
    await fc.assert(
      fc.asyncProperty(path, async (pieces) => {
        for (const url of [host.url, host.filesUrl]) {
          const { status, body } = await raw(`/${pieces.join('/')}`, url);
          expect([302, 404]).toContain(status);
          expect(body).not.toContain(SECRET);
        }
      }),
      { examples: outside },
    );
    expect((await get('/index.html')).status).toBe(200);
  });

  it('shows the Space in a frame of another site', async () => {
    const page = await (await fetch(host.frameUrl)).text();
    expect(page).toContain(`<iframe title="Space" width="1000" height="800" src="${host.url}?__theme=dark"`);
    expect(new URL(host.frameUrl).hostname).not.toBe(new URL(host.url).hostname);
  });

  it('replaces every file at a deploy', async () => {
    await host.deploy(await build('two', { 'index.html': PAGE, 'assets/a-2.js': '2' }));
    expect((await get('/assets/a-1.js')).status).toBe(404);
    expect((await get('/assets/e-1.wasm')).status).toBe(404);
    expect(await (await get('/assets/a-2.js')).text()).toBe('2');
  });

  it('is gone when it is closed, and the same origin when it opens again', async () => {
    const { url } = host;
    await host.close();
    await expect(fetch(url)).rejects.toThrow();
    await host.reopen();
    expect((await fetch(url)).status).toBe(200);
  });
});
