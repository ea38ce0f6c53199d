import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * The browser for the tests: CHROMIUM (or CHROMIUM_PATH) when set, else the first one on this machine.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null}
 */
export function findChromium(env = process.env) {
  const told = env['CHROMIUM'] || env['CHROMIUM_PATH'];
  if (told) return canRun(told) ? told : null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, ...MAC].find(canRun) ?? null;
}

/**
 * Finds the browser, or installs Debian's where that can be done without asking.
 * @returns {string | null} null after a sentence on what to do
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!process.env['CHROMIUM'] && succeeds(['apt-get', '--version']) && succeeds([...prefix, 'true'])) {
    console.log('No Chromium here: installing Debian’s.');
    const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
    if (
      succeeds([...apt, 'update', '-q'], 'inherit') &&
      succeeds([...apt, 'install', '-y', '-q', '--no-install-recommends', 'chromium'], 'inherit')
    ) {
      const installed = findChromium();
      if (installed) return installed;
    }
  }
  console.log(
    'No Chromium was found, so the tests in a browser will fail. Install Chromium or Chrome, or name it: CHROMIUM=/path/to/it npm test',
  );
  return null;
}

/** @param {string} path */
function canRun(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string[]} command
 * @param {'ignore' | 'inherit'} [stdio]
 */
function succeeds([name, ...args], stdio = 'ignore') {
  return spawnSync(name ?? '', args, { stdio }).status === 0;
}
