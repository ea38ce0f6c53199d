/** The folder models/, as the page sees it: a generated list and the files. The same for `start`, `dev` and `preview`. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readGgufHeader } from './gguf-header.mjs';
import { fileAt, sendFile, sendText } from './send-file.mjs';
import { SMALL_MODEL } from './small-model.mjs';
import { fileVersion, folderVersion } from './version.mjs';

/**
 * One model of `models/index.json`. `file` and `library` are addresses relative to that list: of a GGUF file, or of an MLC
 * folder with a slash at its end and of its library.
 * @typedef {object} ServedModel
 * @property {string} id
 * @property {string} title
 * @property {string} file
 * @property {number} bytes of all its files
 * @property {'gguf' | 'mlc'} kind
 * @property {string} [library]
 * @property {string} [version] another one where the files are others
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
        ? await ggufModel(folder, name, found.size, notes)
        : null;
    if (model) models.push(model);
  }
  return { models, notes };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {number} size
 * @param {string[]} notes
 * @returns {Promise<ServedModel | null>}
 */
async function ggufModel(folder, name, size, notes) {
  const header = await readGgufHeader(join(folder, name)).catch(() => null);
  if (!header) {
    notes.push(`models/${name} is not a GGUF file, so it is not offered.`);
    return null;
  }
  const version = await fileVersion(join(folder, name));
  if (name === SMALL_MODEL.file && size === SMALL_MODEL.bytes) return { ...SMALL_MODEL, kind: 'gguf', version };
  const id = name.replace(/\.gguf$/i, '');
  const part = /^(.*)-\d{5}-of-\d{5}$/.exec(id);
  if (!part || id.endsWith('-00001-of-00001'))
    return {
      id,
      title: header.name ?? id,
      file: encodeURIComponent(name),
      bytes: size,
      kind: 'gguf',
      version,
      ...(header.license ? { license: header.license } : {}),
    };

  // The page loads whole files only.
  const note = `models/${part[1]}-….gguf is split into parts, which the page cannot load, so it is not offered. Join them into one file: llama-gguf-split --merge`;
  if (!notes.includes(note)) notes.push(note);
  return null;
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
    ['tensor-cache.json', files.includes('tensor-cache.json')],
    ['its library (.wasm)', library !== undefined],
  ].filter(([, there]) => !there);
  if (missing.length > 0 || library === undefined) {
    notes.push(`models/${name}/ lacks ${missing.map(([what]) => what).join(' and ')}, so it is not offered.`);
    return null;
  }
  const found = await Promise.all(files.map((file) => stat(join(folder, name, file)).catch(() => null)));
  const bytes = found.reduce((sum, one) => sum + (one?.isFile() ? one.size : 0), 0);
  const version = await folderVersion(join(folder, name));
  // The browser keeps these files by their address, so a changed folder needs another one.
  const file = `${encodeURIComponent(name)}/resolve/v-${version}/`;
  return { id: name, title: name, file, library: file + encodeURIComponent(library), bytes, kind: 'mlc', version };
}

/**
 * Answers what follows `/models`: `request.url` is the rest of the path.
 * @param {string} folder
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>}
 */
export function serveModels(folder) {
  return async (request, response) => {
    // WebLLM asks for weights under `resolve/…/`, as the hub has them; here the files lie in the folder itself.
    const [, place = '', version, rest = ''] =
      /^([^?#]*?)(?:\/resolve\/(?:main|v-([0-9a-f]{8}))(\/[^?#]*))?(?:[?#]|$)/s.exec(request.url ?? '/') ?? [];
    const path = place + rest;
    // The first file asked for: under the address of a version that is no more there is nothing to have.
    if (version !== undefined && rest === '/mlc-chat-config.json') {
      const inside = fileAt(folder, place);
      if (inside === null || (await folderVersion(inside).catch(() => null)) !== version) return sendText(response, 404, 'Not found.');
    }
    if (path !== '/index.json') return sendFile(request, response, fileAt(folder, path));
    const body = JSON.stringify((await listModels(folder)).models, null, 2);
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
