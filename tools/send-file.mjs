import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.gguf': 'application/octet-stream',
};

/**
 * The file that a path of an address names, or null: outside the folder, hidden, or not a path at all.
 * @param {string} folder
 * @param {string} path percent-encoded, with its leading slash, without query
 */
export function fileAt(folder, path) {
  let plain;
  try {
    plain = decodeURIComponent(path);
  } catch {
    return null;
  }
  const parts = plain.split('/').filter((part) => part !== '');
  if (parts.some((part) => part.startsWith('.') || /[\\\0:]/.test(part))) return null;
  const file = resolve(folder, ...parts);
  return file === resolve(folder) || file.startsWith(resolve(folder) + sep) ? file : null;
}

/**
 * Answers a GET or HEAD with a file: its type, single byte ranges, and "not changed".
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string | null} path of the file
 */
export async function sendFile(request, response, path) {
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return sendText(response, 404, 'Not found.');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendText(response, 405, 'Only GET and HEAD are answered here.');
  }
  const tag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  response.setHeader('Content-Type', TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', tag);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache');
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();

  const same = request.headers['if-range'] === undefined || request.headers['if-range'] === tag;
  const range = same ? rangeOf(request.headers.range, found.size) : 'whole';
  if (range === 'none') {
    response.setHeader('Content-Range', `bytes */${found.size}`);
    return sendText(response, 416, 'There are no such bytes in this file.');
  }
  const [from, to] = range === 'whole' ? [0, found.size - 1] : range;
  if (range !== 'whole') response.setHeader('Content-Range', `bytes ${from}-${to}/${found.size}`);
  response.writeHead(range === 'whole' ? 200 : 206, { 'Content-Length': to - from + 1 });
  if (request.method === 'HEAD' || found.size === 0) return void response.end();
  // The other side may go away at any time: that ends the answer, not the server.
  await pipeline(createReadStream(path, { start: from, end: to }), response).catch(() => response.destroy());
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {string} text
 */
export function sendText(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text + '\n');
}

/**
 * @param {string | undefined} header
 * @param {number} size
 * @returns {[number, number] | 'whole' | 'none'} several ranges at once are answered with the whole
 */
function rangeOf(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  const from = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return from > to || from >= size ? 'none' : [from, to];
}
