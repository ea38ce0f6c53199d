/**
 * `npm run test:servers`: the browser test of a run with a server of one's own, against a real one with the small model.
 *
 *   SERVER_URL=http://127.0.0.1:8080 npm run test:servers     a server that runs already
 *   LLAMA_SERVER=/path/to/llama-server npm run test:servers   llama.cpp's own server; also found on PATH
 *
 * Without either, llama-cpp-python[server] is installed into a temporary folder, which takes minutes: it is compiled.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { showProgress } from './progress.mjs';
import { root } from './root.mjs';
import { fetchSmallModel, SMALL_MODEL } from './small-model.mjs';

const PACKAGE = 'llama-cpp-python[server]';
const CONTEXT = 4096;
const SLOTS = 2;
const START_MS = 120_000;

/** What must be ended or removed, the last first. @type {(() => unknown)[]} */
const leftovers = [];
process.on('SIGINT', () => process.exit(130));
process.on('exit', () => leftovers.reverse().forEach((end) => end()));

const chromium = ensureChromium();
await buildIfNeeded();
const url = process.env['SERVER_URL'] ?? (await startServer());
console.log(`Testing with the server at ${url}.`);
process.exitCode = await run(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'tests/vitest.config.ts',
    '--project',
    'browser',
    'tests/browser/servers/run.test.ts',
  ],
  { ...process.env, SERVER_URL: url, ...(chromium ? { CHROMIUM_PATH: chromium } : {}) },
);
process.exit();

/** @returns {Promise<string>} its address */
async function startServer() {
  const models = join(root, 'models');
  await fetchSmallModel(models, { onProgress: showProgress() });
  const model = join(models, SMALL_MODEL.file);
  const port = await freePort();
  const native = process.env['LLAMA_SERVER'] ?? onPath('llama-server');
  const [command, args] = native
    ? [native, ['-m', model, '--host', '127.0.0.1', '--port', `${port}`, '-c', `${CONTEXT * SLOTS}`, '-np', `${SLOTS}`, '--no-webui']]
    : [
        await pythonServer(),
        ['-m', 'llama_cpp.server', '--model', model, '--host', '127.0.0.1', '--port', `${port}`, '--n_ctx', `${CONTEXT}`],
      ];
  console.log(`Starting ${native ? 'llama-server' : PACKAGE} with ${SMALL_MODEL.title}.`);
  const server = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (part) => (said = (said + part).slice(-2000)));
  server.on('error', (error) => (said += error.message));
  leftovers.push(() => server.kill());
  const address = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + START_MS; ;) {
    const answer = await fetch(`${address}/v1/models`).catch(() => null);
    if (answer?.ok) return address;
    if (server.exitCode !== null || Date.now() > end) fail(`The server did not start. It said: ${said.trim() || 'nothing'}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** @returns {Promise<string>} a Python that has the package */
async function pythonServer() {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  leftovers.push(() => void spawnSync('rm', ['-rf', folder]));
  console.log(`No llama-server was found (LLAMA_SERVER, PATH): installing ${PACKAGE}. It is compiled, which takes some minutes.`);
  if ((await run('python3', ['-m', 'venv', folder])) !== 0)
    fail('Python could not make a place of its own (python3 -m venv). Install python3-venv.');
  const python = join(folder, 'bin/python');
  if ((await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE])) !== 0)
    fail(`${PACKAGE} could not be installed. It needs a C++ compiler and cmake; or give a llama-server by LLAMA_SERVER.`);
  return python;
}

/** @param {string} name */
function onPath(name) {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
