/**
 * `npm test`: sees that a browser, the small model and a build are there, runs the tests and ends with their counts.
 * What follows `--` goes to Vitest: `npm test -- tests/formats`, `npm test -- --project unit`.
 *
 * The tests hear of what was found through the environment: CHROMIUM_PATH, and SMALL_MODEL (a path) or NO_SMALL_MODEL
 * (the reason, a sentence).
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { countsLine, countTests } from './counts.mjs';
import { showProgress } from './progress.mjs';
import { root } from './root.mjs';
import { fetchSmallModel, SMALL_MODEL } from './small-model.mjs';

// Whatever happens, the last line has the counts.
let counts = { passed: 0, failed: 1, skipped: 0 };
process.on('exit', () => console.log(countsLine(counts)));
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});

const args = process.argv.slice(2);
const env = { ...process.env };
if (needsBrowser(args)) {
  const chromium = ensureChromium();
  if (chromium) env['CHROMIUM_PATH'] = chromium;
  await findModel();
  try {
    if (await buildIfNeeded()) console.log('Built the app.');
  } catch (error) {
    console.log(`The app could not be built, so the tests in a browser will fail: ${error instanceof Error ? error.message : error}`);
  }
}

const results = join(root, 'test-results');
const file = join(results, `report-${process.pid}.json`);
await mkdir(results, { recursive: true });
const code = await runVitest(file);
const report = await readFile(file, 'utf8').then(JSON.parse, () => null);
await rm(file, { force: true });
if (report === null) console.log('The test runner ended without a report.');
counts = countTests(report, code);
process.exitCode = code;

/**
 * False when only tests outside tests/browser are asked for.
 * @param {string[]} given
 */
function needsBrowser(given) {
  if (given.some((arg, i) => arg === '--project=unit' || (arg === 'unit' && given[i - 1] === '--project'))) return false;
  const paths = given.filter((arg) => arg.startsWith('tests/'));
  return paths.length === 0 || paths.some((path) => path.startsWith('tests/browser') || path === 'tests/');
}

async function findModel() {
  try {
    await fetchSmallModel(join(root, 'models'), { onProgress: showProgress() });
    env['SMALL_MODEL'] = join(root, 'models', SMALL_MODEL.file);
  } catch (error) {
    env['NO_SMALL_MODEL'] = error instanceof Error ? error.message : String(error);
    console.log(`Without the small model the test with a real one is skipped. ${env['NO_SMALL_MODEL']}`);
  }
}

/**
 * @param {string} reportFile
 * @returns {Promise<number>}
 */
function runVitest(reportFile) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const fixed = ['run', '--config', 'tests/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const child = spawn(process.execPath, [vitest, ...fixed, ...args], { cwd: root, stdio: 'inherit', env });
  // Ctrl+C reaches the runner too: it ends by itself, and the counts still come.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('close', (exit) => resolve(exit ?? 1)));
}
