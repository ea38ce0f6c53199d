/** Marks of what files hold, so that a changed one is seen as another: 8 hexadecimal digits. */
import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const SAMPLES = 16;
const SAMPLE_BYTES = 65_536;

/**
 * Of a file of any size, in a moment: its size, its two ends and some places between. Two trainings of one model have the
 * same size and the same beginning; their weights differ everywhere.
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function fileVersion(path) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256').update(`${size} `);
    const last = Math.max(0, size - SAMPLE_BYTES);
    for (let i = 0; i < SAMPLES; i++) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, Math.round((last * i) / (SAMPLES - 1)));
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest('hex').slice(0, 8);
  } finally {
    await file.close();
  }
}

/**
 * Of all files of a folder, those in folders within left out.
 * @param {string} folder
 * @returns {Promise<string>}
 */
export async function folderVersion(folder) {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) hash.update(`${name} ${await fileVersion(path)}\n`);
  }
  return hash.digest('hex').slice(0, 8);
}

/** What decides how a run goes, given its input and the model's replies. */
const METHOD = ['src/promptwizard', 'src/engines', 'src/sandbox', 'src/worker', 'package-lock.json'];

/**
 * Of the method in a working tree: of its texts, whatever their dates.
 * @param {string} root
 * @param {string[]} [parts] files and folders, relative to the root
 * @returns {Promise<string>}
 */
export async function methodVersion(root, parts = METHOD) {
  const hash = createHash('sha256');
  for (const part of parts) await add(part);
  return hash.digest('hex').slice(0, 8);

  /** @param {string} path with slashes, relative to the root */
  async function add(path) {
    const found = await stat(join(root, path)).catch(() => null);
    if (found?.isDirectory()) for (const name of (await readdir(join(root, path))).sort()) await add(`${path}/${name}`);
    else if (found)
      hash
        .update(`${path}\0`)
        .update(await readFile(join(root, path)))
        .update('\0');
  }
}
