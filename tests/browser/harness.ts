/**
 * What every browser test needs, and no more: a small app bundled by vite from one entry, a file server on 127.0.0.1, and Chromium.
 *
 *   const dir = await buildEntry('tests/browser/…/page.ts');
 *   const server = await serve([dir, modelsDir], { headers: ISOLATED });
 *   const browser = await launchBrowser();
 *   const page = await browser.newPage();
 *   await page.goto(server.url);
 *
 * The caller closes what it opened: `await browser.close(); await server.close();`.
 */
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { build } from 'vite';

/** Headers that make a page cross-origin isolated, so that WebAssembly may use threads. */
export const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** The policy that the app's page and workers live under. */
export const APP_CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; connect-src 'self' blob: https: http://127.0.0.1:* http://localhost:*";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Debian's Chromium, or the one named in CHROMIUM_PATH. */
export const CHROMIUM_PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `args` come after the usual ones. */
export function launchBrowser(args: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGS, ...args] });
}

/**
 * Bundles one module and a page that loads it, and answers with the folder. The test files of one run share the build of an
 * entry (they run one after the other), so nobody removes it: `built-pages.ts` does, at the end.
 */
export async function buildEntry(entry: string): Promise<string> {
  const root = join(process.env['BUILT_PAGES'] ?? (await mkdtemp(join(tmpdir(), 'pages-'))), entry.replace(/\W+/g, '-'));
  const out = join(root, 'dist');
  // Written by the bundler at its end.
  if (existsSync(join(out, 'index.html'))) return out;
  await mkdir(root, { recursive: true });
  const page = join(root, 'index.html');
  // The page stands outside the repository, so it names the entry by its absolute path.
  await writeFile(
    page,
    `<!doctype html><html lang="en"><head><title>${basename(entry)}</title></head><body><script type="module" src="${resolve(entry)}"></script></body></html>`,
  );
  await build({
    configFile: false,
    logLevel: 'warn',
    root,
    base: './',
    worker: { format: 'es' },
    build: {
      outDir: out,
      target: 'es2023',
      modulePreload: { polyfill: false },
      minify: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1e5,
    },
  });
  return out;
}

export interface Server {
  /** With a slash at its end. */
  url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Sent with every answer. */
  headers?: Record<string, string>;
  /** Asked before the folders: answers true when it has dealt with the request. */
  handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves folders, the first that has the file wins, with single byte ranges. Port is free choice of the system. */
export async function serve(folders: string | string[], { headers = {}, handle }: ServeOptions = {}): Promise<Server> {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (handle?.(request, response)) return;
    void answer([folders].flat(), request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function answer(folders: string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
  for (const folder of folders) {
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) continue;
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.setHeader('Accept-Ranges', 'bytes');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const from = range ? Number(range[1]) : 0;
    const to = range?.[2] ? Math.min(Number(range[2]), found.size - 1) : found.size - 1;
    if (range) response.setHeader('Content-Range', `bytes ${from}-${to}/${found.size}`);
    response.writeHead(range ? 206 : 200, { 'Content-Length': to - from + 1 });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file, { start: from, end: to }).pipe(response);
    return;
  }
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
}
