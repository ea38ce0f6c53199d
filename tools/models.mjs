/** The folder models/, as the page sees it: a generated list and the files. The same for `start`, `dev` and `preview`. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readGgufHeader } from './gguf-header.mjs';
import { fileAt, sendFile } from './send-file.mjs';
import { SMALL_MODEL } from './small-model.mjs';

/**
 * One model of `models/index.json`. `file` and `library` are addresses relative to that list: of a GGUF file (of a split
 * one the first part), or of an MLC folder with a slash at its end and of its library.
 * @typedef {object} ServedModel
 * @property {string} id
 * @property {string} title
 * @property {string} file
 * @property {number} bytes of all its files
 * @property {'gguf' | 'mlc'} kind
 * @property {string} [library]
 * @property {string} [sha256]
 * @property {string} [license]
 * @property {string} [about]
 */

/**
 * @param {string} folder need not exist
 * @returns {Promise<{ models: ServedModel[], notes: string[] }>} `notes`: what lies there and cannot be served, and why
 */
export async function listModels(folder) {
  /** @type {ServedModel[]} */
  const models = [];
  /** @type {string[]} */
  const notes = [];
  const entries = await readdir(folder).catch(() => []);
  for (const name of entries.sort()) {
    if (name.startsWith('.')) continue;
    const found = await stat(join(folder, name)).catch(() => null);
    const model = found?.isDirectory()
      ? await mlcModel(folder, name, notes)
      : found?.isFile() && /\.gguf$/i.test(name)
        ? await ggufModel(folder, name, found.size, entries, notes)
        : null;
    if (model) models.push(model);
  }
  return { models, notes };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {number} size
 * @param {string[]} entries
 * @param {string[]} notes
 * @returns {Promise<ServedModel | null>}
 */
async function ggufModel(folder, name, size, entries, notes) {
  const header = await readGgufHeader(join(folder, name)).catch(() => null);
  if (!header) {
    notes.push(`models/${name} is not a GGUF file, so it is not offered.`);
    return null;
  }
  if (name === SMALL_MODEL.file && size === SMALL_MODEL.bytes) return { ...SMALL_MODEL, kind: 'gguf' };
  const id = name.replace(/\.gguf$/i, '');
  const part = /^(.*)-(\d{5})-of-(\d{5})$/.exec(id);
  if (!part)
    return {
      id,
      title: header.name ?? id,
      file: encodeURIComponent(name),
      bytes: size,
      kind: 'gguf',
      ...(header.license ? { license: header.license } : {}),
    };

  const [, stem, number, count] = part;
  if (number !== '00001') return null;
  const names = Array.from(
    { length: Number(count) },
    (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${count}${name.slice(id.length)}`,
  );
  const missing = names.filter((one) => !entries.includes(one));
  if (missing.length > 0) {
    notes.push(`models/${missing[0]} is missing, so ${stem} is not offered.`);
    return null;
  }
  const sizes = await Promise.all(names.map(async (one) => (await stat(join(folder, one))).size));
  const bytes = sizes.reduce((sum, one) => sum + one, 0);
  return {
    id: stem ?? id,
    title: header.name ?? stem ?? id,
    file: encodeURIComponent(name),
    bytes,
    kind: 'gguf',
    ...(header.license ? { license: header.license } : {}),
  };
}

/**
 * A folder in MLC form: its configuration, its weights, and the library compiled for it.
 * @param {string} folder
 * @param {string} name
 * @param {string[]} notes
 * @returns {Promise<ServedModel | null>}
 */
async function mlcModel(folder, name, notes) {
  /** @type {string[]} */
  const files = await readdir(join(folder, name)).catch(() => []);
  const library = files.filter((file) => file.endsWith('.wasm')).sort()[0];
  const missing = [
    ['mlc-chat-config.json', files.includes('mlc-chat-config.json')],
    ['tensor-cache.json', files.includes('tensor-cache.json') || files.includes('ndarray-cache.json')],
    ['its library (.wasm)', library !== undefined],
  ].filter(([, there]) => !there);
  if (missing.length > 0 || library === undefined) {
    notes.push(`models/${name}/ lacks ${missing.map(([what]) => what).join(' and ')}, so it is not offered.`);
    return null;
  }
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, name, file)).catch(() => null))?.size ?? 0));
  const bytes = sizes.reduce((sum, one) => sum + one, 0);
  const file = `${encodeURIComponent(name)}/`;
  return { id: name, title: name, file, library: file + encodeURIComponent(library), bytes, kind: 'mlc' };
}

/**
 * Answers what follows `/models`: `request.url` is the rest of the path.
 * @param {string} folder
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>}
 */
export function serveModels(folder) {
  return async (request, response) => {
    // WebLLM asks a weights address for `resolve/main/…`, as the hub has it; here the files lie in the folder itself.
    const path = (request.url ?? '/').replace(/[?#].*$/s, '').replace(/^(\/[^/]+)\/resolve\/main\//, '$1/');
    if (path !== '/index.json') return sendFile(request, response, fileAt(folder, path));
    const body = JSON.stringify((await listModels(folder)).models, null, 2);
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
