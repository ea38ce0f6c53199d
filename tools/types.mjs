/** `npm run check:types`: every environment under its own configuration, two at a time. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const AT_ONCE = 2;

const rooms = (await readdir(join(root, 'src'))).map((name) => `src/${name}`);
const jobs = [...rooms, 'tests', 'tools', 'docs/examples/convex']
  .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
  .map((folder) => ({ folder, command: commandFor(folder) }));

let failed = 0;
const queue = (await Promise.all(jobs.map(async (job) => ((await hasSources(job.folder)) ? [job] : [])))).flat();
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(failed === 0 ? 'Types are sound.' : `Types are wrong in ${failed} ${failed === 1 ? 'place' : 'places'}.`);
process.exitCode = failed === 0 ? 0 : 1;

async function work() {
  for (let job = queue.shift(); job; job = queue.shift()) {
    const start = performance.now();
    const { code, output } = await run(job.command);
    console.log(
      `${code === 0 ? '✓' : '✗'} ${job.folder} (${((performance.now() - start) / 1000).toFixed(1)} s)${code === 0 ? '' : '\n' + output.trim()}`,
    );
    if (code !== 0) failed++;
  }
}

/**
 * svelte-check reads the TypeScript beside the components too.
 * @param {string} folder
 */
function commandFor(folder) {
  return folder === 'src/app'
    ? ['svelte-check/bin/svelte-check', '--tsconfig', './src/app/tsconfig.json', '--fail-on-warnings', '--output', 'human']
    : ['typescript/bin/tsc', '-p', folder];
}

/** @param {string} folder */
async function hasSources(folder) {
  return (await readdir(join(root, folder), { recursive: true })).some((name) => /\.(ts|mjs|svelte)$/.test(name));
}

/**
 * @param {string[]} command
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run([script, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script ?? ''), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('close', (code) => resolve({ code, output }));
  });
}
