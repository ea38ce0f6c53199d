import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './root.mjs';

/** What a build is made of. */
const SOURCES = ['src', 'public', 'tools', 'index.html', 'vite.config.ts', 'svelte.config.js', 'package.json', 'package-lock.json'];

/** Builds the app into dist/. Rejects with what is wrong, for example a setting out of its range. */
export async function buildApp() {
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}

/**
 * Builds only when dist/ is older than what it is made of, or was made with settings of its own.
 * @returns {Promise<boolean>} whether it built
 */
export async function buildIfNeeded() {
  const made = await readFile(join(root, 'dist/build.json'), 'utf8').then(JSON.parse, () => null);
  const at = (await stat(join(root, 'dist/index.html')).catch(() => null))?.mtimeMs ?? 0;
  const newest = Math.max(...(await Promise.all(SOURCES.map((path) => newestIn(join(root, path))))));
  const given = made && (Object.keys({ ...made.settings, ...made.site }).length > 0 || made.webhook);
  if (made && at > newest && !given) return false;
  await buildApp();
  return true;
}

/**
 * @param {string} path
 * @returns {Promise<number>} milliseconds since 1970
 */
async function newestIn(path) {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  const inside = await readdir(path);
  return Math.max(found.mtimeMs, ...(await Promise.all(inside.map((name) => newestIn(join(path, name))))));
}
