/** After a build: how much JavaScript the first load takes, and that no engine is in it. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'vite';
import { CLIENT, CLIENT_LIMIT } from './embed.mjs';
import { PRECACHE_LIMIT } from './pwa.mjs';
import { root } from './root.mjs';

/** Raw bytes: the static host serves text uncompressed. */
const LIMIT = 150_000;
/** Texts that stand in the engines' packages and nowhere else. */
const ENGINE_MARKS = ['tvmjs_runtime', 'mlc-chat-config.json', 'wllama_malloc', 'wllama_start', 'QTS_NewRuntime'];

const dist = resolve(root, process.argv[2] ?? 'dist');
const { total, files, engines } = await firstLoad(dist);
const others = await chunks(dist, files);

console.log(
  `First load: ${total.toLocaleString('en')} bytes of JavaScript in ${files.length} file${files.length === 1 ? '' : 's'}, of ${LIMIT.toLocaleString('en')} allowed`,
);
for (const { file, bytes, engine } of others) {
  if (engine || bytes > LIMIT) console.log(`  later, ${engine ? 'engine' : 'on demand'}: ${file} ${bytes.toLocaleString('en')} bytes`);
}
const kept = await precache(dist);
if (kept !== null) {
  console.log(
    `Kept at the first visit, for use without a network: ${kept.toLocaleString('en')} bytes, of ${PRECACHE_LIMIT.toLocaleString('en')} allowed`,
  );
  if (kept > PRECACHE_LIMIT)
    fail(`What is kept is ${(kept - PRECACHE_LIMIT).toLocaleString('en')} bytes too large: see NOT_KEPT in tools/pwa.mjs.`);
}
const client = (await stat(join(dist, CLIENT)).catch(() => null))?.size;
if (client !== undefined) {
  console.log(`The client for other sites: ${client.toLocaleString('en')} bytes, of ${CLIENT_LIMIT.toLocaleString('en')} allowed`);
  if (client > CLIENT_LIMIT)
    fail(`The client for other sites is ${(client - CLIENT_LIMIT).toLocaleString('en')} bytes too large: see src/embed/client.ts.`);
}
if (total > LIMIT) fail(`The first load is ${(total - LIMIT).toLocaleString('en')} bytes too large: import the rest on demand.`);
if (engines.length > 0) fail(`Engine code is in the first load (${engines.join(', ')}): import it in the worker, on demand.`);

/**
 * The page's scripts and what they import statically.
 * @param {string} folder
 */
async function firstLoad(folder) {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => fail('There is no dist/index.html. Run "npm run build".'));
  const scripts = [...page.matchAll(/<script[^>]*\ssrc="([^"]+)"/g), ...page.matchAll(/<link[^>]*rel="modulepreload"[^>]*href="([^"]+)"/g)];
  const queue = scripts.map((match) => join(folder, match[1] ?? ''));
  if (queue.length === 0) fail('dist/index.html has no script.');
  /** @type {string[]} */
  const found = [];
  /** @type {string[]} */
  const engineFiles = [];
  let bytes = 0;
  for (let path = queue.shift(); path; path = queue.shift()) {
    if (found.includes(path)) continue;
    found.push(path);
    const code = await readFile(path, 'utf8');
    bytes += Buffer.byteLength(code);
    if (holdsEngine(code)) engineFiles.push(relative(folder, path));
    queue.push(...importsOf(path, code).map((name) => join(dirname(path), name)));
  }
  return { total: bytes, files: found, engines: engineFiles };
}

/**
 * @param {string} path
 * @param {string} code
 */
function importsOf(path, code) {
  const { staticImports, staticExports } = parseSync(path, code, { sourceType: 'module' }).module;
  const again = staticExports.flatMap((one) => one.entries.flatMap((entry) => entry.moduleRequest?.value ?? []));
  return [...staticImports.map((one) => one.moduleRequest.value), ...again].filter((name) => name.startsWith('.'));
}

/**
 * Bytes of the files that the service worker's list has and that are no engine's; null without a service worker.
 * @param {string} folder
 */
async function precache(folder) {
  const code = await readFile(join(folder, 'sw.js'), 'utf8').catch(() => null);
  if (code === null) return null;
  const sizes = [...code.matchAll(/\{"bytes":(\d+),(?!"engine")/g)].map((match) => Number(match[1]));
  if (sizes.length === 0) fail('The service worker has no list of files in it.');
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** @param {string} code */
function holdsEngine(code) {
  return ENGINE_MARKS.some((mark) => code.includes(mark));
}

/**
 * Every other script and WebAssembly file, the largest first.
 * @param {string} folder
 * @param {string[]} first
 */
async function chunks(folder, first) {
  const list = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!/\.(m?js|wasm)$/.test(name) || first.includes(path)) continue;
    const engine = name.endsWith('.wasm') || holdsEngine(await readFile(path, 'utf8'));
    list.push({ file: name, bytes: (await stat(path)).size, engine });
  }
  return list.sort((a, b) => b.bytes - a.bytes);
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
