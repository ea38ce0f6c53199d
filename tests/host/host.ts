/**
 * A double of the host of static Spaces, as far as its documentation and reports tell: it redirects `/`, knows exact paths
 * only, sends text as it is and binaries from another origin, writes a script into the page, sends no headers of ours, and
 * replaces every file at a deploy. Beside it, on another site, a page that shows the Space in a frame.
 */
import { readFile, readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** What the host takes for text, by the end of a name; everything else is a binary. */
const TEXT: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};
const BINARY: Record<string, string> = {
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.gz': 'application/gzip',
};

/** Written behind `<head>`, as the host does with what it tells the page. */
export const INSERTED = '<script>window.huggingface={variables:{"SPACE_CREATOR_USER_ID":"0"}};</script>';

export interface Asked {
  /** `page`: the Space itself; `files`: the origin of its binaries. */
  of: 'page' | 'files';
  path: string;
  status: number;
}

export interface Host {
  /** With a slash at its end. */
  url: string;
  /** Of the binaries. */
  filesUrl: string;
  /** A page of another site that shows the Space in a frame, as the Space's own page does. */
  frameUrl: string;
  /** Everything that was asked, in its order. */
  asked: Asked[];
  /** Paths of all files that it has. */
  names(): string[];
  /** From now on every file is the new folder's, and none is the old one's. */
  deploy(folder: string): Promise<void>;
  /** Changes what single paths answer: a file's content, or null for one that is not there. */
  override(path: string, content: string | Buffer | null): void;
  /** Headers of every answer from now on, as a host has them that can be told; none at first. */
  headers: Record<string, string>;
  /** Ends the server: nothing answers any more. */
  close(): Promise<void>;
  /** The same origin again, after `close`. */
  reopen(): Promise<void>;
}

/** @param more folders that are served beside the build, by the path they have there (`models`) */
export async function openHost(folder: string, more: Record<string, string> = {}): Promise<Host> {
  let files = await readAll(folder, more);
  const changed = new Map<string, Buffer | null>();
  const asked: Asked[] = [];
  const find = (path: string): Found | undefined => {
    if (!changed.has(path)) return files.get(path);
    const content = changed.get(path)!;
    return content === null ? undefined : { read: async () => content };
  };
  const note = (of: Asked['of'], request: IncomingMessage, response: ServerResponse) =>
    response.on('finish', () => asked.push({ of, path: pathOf(request) ?? request.url ?? '', status: response.statusCode }));

  const pages = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    note('page', request, response);
    for (const [name, value] of Object.entries(host.headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(response, 405, 'Method Not Allowed');
    const path = pathOf(request);
    const query = /\?.*$/s.exec(request.url ?? '')?.[0] ?? '';
    if (path === '') return void response.writeHead(302, { Location: `/index.html${query}` }).end();
    const found = path === null ? undefined : find(path);
    if (path === null || !found) return text(response, 404, 'Not Found');
    const type = TEXT[extname(path)];
    if (!type) {
      // Never kept by a browser, so that it is signed anew each time.
      const Location = new URL(`/${path.split('/').map(encodeURIComponent).join('/')}?signature=${asked.length}`, urlOf(fileServer)).href;
      return void response.writeHead(302, { Location, 'Cache-Control': 'no-store' }).end();
    }
    let body = await found.read();
    if (extname(path) === '.html') body = Buffer.from(body.toString().replace(/<head[^>]*>/, (head) => head + INSERTED));
    send(request, response, body, { 'Content-Type': type, ETag: `"${body.length}-${found.made ?? 0}"` });
  };

  const binaries = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    note('files', request, response);
    const path = pathOf(request);
    const found = path === null ? undefined : find(path);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    response.setHeader('Access-Control-Expose-Headers', 'Content-Length, Content-Range, ETag');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (path === null || !found || TEXT[extname(path)]) return text(response, 404, 'Not Found');
    send(request, response, await found.read(), {
      'Content-Type': BINARY[extname(path)] ?? 'application/octet-stream',
      'Accept-Ranges': 'bytes',
    });
  };

  const frame = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(
      `<!doctype html><html lang="en"><title>A Space in its frame</title><iframe title="Space" width="1000" height="800" src="${urlOf(pageServer)}?__theme=dark" allow="clipboard-write"></iframe></html>`,
    );
  };

  const pageServer = createServer((request, response) => void pages(request, response));
  const fileServer = createServer((request, response) => void binaries(request, response));
  const frameServer = createServer((request, response) => void frame(request, response));
  const servers = [pageServer, fileServer, frameServer];
  for (const server of servers) await listen(server, 0);
  const ports = servers.map(portOf);

  const host: Host = {
    headers: {},
    url: urlOf(pageServer),
    filesUrl: urlOf(fileServer),
    // Ports make no other site; another name does.
    frameUrl: urlOf(frameServer).replace('127.0.0.1', 'localhost'),
    asked,
    names: () => [...files.keys()],
    async deploy(next) {
      files = await readAll(next, more);
      changed.clear();
    },
    override: (path, content) => void changed.set(path, content === null ? null : Buffer.from(content)),
    close: async () => void (await Promise.all(servers.map(close))),
    reopen: async () => void (await Promise.all(servers.map((server, i) => listen(server, ports[i]!)))),
  };
  return host;
}

interface Found {
  read(): Promise<Buffer>;
  /** Counts the deploys. */
  made?: number;
}
let deploys = 0;

/** Small files as they are now, so that a build beside it changes nothing; a model is read when it is asked for. */
async function readAll(folder: string, more: Record<string, string>): Promise<Map<string, Found>> {
  const made = ++deploys;
  const found = new Map<string, Found>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const content = await readFile(file);
    found.set(file.slice(folder.length + 1).replaceAll('\\', '/'), { read: async () => content, made });
  }
  for (const [path, file] of Object.entries(more)) found.set(path, { read: () => readFile(file), made });
  return found;
}

/** Without the slash before it, as it was sent: `..` is a name like any other here. Null for what is no address (`/%`). */
function pathOf(request: IncomingMessage): string | null {
  try {
    return decodeURIComponent((request.url ?? '/').replace(/[?#].*$/s, '')).slice(1);
  } catch {
    return null;
  }
}
const text = (response: ServerResponse, status: number, words: string): void =>
  void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(words);

function send(request: IncomingMessage, response: ServerResponse, body: Buffer, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (headers['ETag'] && request.headers['if-none-match'] === headers['ETag']) return void response.writeHead(304).end();
  const range = headers['Accept-Ranges'] ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
  const part = range ? body.subarray(Number(range[1]), range[2] ? Number(range[2]) + 1 : undefined) : body;
  if (range) response.setHeader('Content-Range', `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${body.length}`);
  response.writeHead(range ? 206 : 200, { 'Content-Length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const urlOf = (server: Server): string => `http://127.0.0.1:${portOf(server)}/`;
const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
