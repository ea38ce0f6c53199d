/**
 * `npm run lighthouse [-- --desktop] [--space | --url ADDRESS]`: what Lighthouse says of the built app's first page; with
 * `--space` from the double of the host of static Spaces, which compresses nothing. Fetched by npx and run by hand only: its
 * scores depend on the machine. Ends with 1 when accessibility, best practices or SEO are under 100.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { buildIfNeeded } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { root } from './root.mjs';
import { serveApp } from './serve.mjs';

/** 13 needs Node 22. */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
/** Of the machine, so told but not required. */
const OF_THE_MACHINE = 'performance';

const args = process.argv.slice(2);
const desktop = args.includes('--desktop');
const asked = args.includes('--url') ? args[args.indexOf('--url') + 1] : undefined;
const chromium = findChromium();
if (!chromium) quit('No Chromium was found. Install Chromium or Chrome, or name it: CHROMIUM=/path/to/it npm run lighthouse');
if (args.includes('--url') && !asked) quit('--url needs an address, as in --url https://owner-name.static.hf.space/');

if (!asked) await buildIfNeeded();
const server = asked
  ? null
  : args.includes('--space')
    ? await space()
    : await serveApp({ dist: join(root, 'dist'), models: join(root, 'models'), port: 0 });
const folder = await mkdtemp(join(tmpdir(), 'lighthouse-'));
try {
  const report = join(folder, 'report.json');
  const url = asked ?? server?.url ?? '';
  const code = await lighthouse(url, report);
  if (code !== 0) quit(`Lighthouse ended with ${code}; what it said stands above.`);
  tell(url, JSON.parse(await readFile(report, 'utf8')));
} finally {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
}

/** A host that has files and nothing else, as a static Space has. */
async function space() {
  const { module } = await runnerImport(join(root, 'tests/host/host.ts'), { root, configFile: false, logLevel: 'warn' });
  return /** @type {typeof import('../tests/host/host.ts')} */ (module).openHost(join(root, 'dist'));
}

/**
 * @param {string} url
 * @param {string} report
 * @returns {Promise<number | null>}
 */
function lighthouse(url, report) {
  const flags = [
    '--quiet',
    '--output=json',
    `--output-path=${report}`,
    `--only-categories=${CATEGORIES.join(',')}`,
    '--chrome-flags=--headless=new --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync',
    ...(desktop ? ['--preset=desktop'] : []),
  ];
  return new Promise((resolve) => {
    const child = spawn('npx', ['--yes', LIGHTHOUSE, url, ...flags], {
      stdio: 'inherit',
      env: { ...process.env, CHROME_PATH: chromium ?? '' },
    });
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
}

/**
 * @param {string} url
 * @param {{ lighthouseVersion: string, categories: Record<string, { title: string, score: number | null, auditRefs: { id: string, weight: number }[] }>,
 *   audits: Record<string, { title: string, score: number | null, displayValue?: string }> }} report
 */
function tell(url, report) {
  console.log(`Lighthouse ${report.lighthouseVersion}, ${desktop ? 'desktop' : 'mobile'}, ${url}`);
  for (const name of CATEGORIES) {
    const category = report.categories[name];
    const score = Math.round((category?.score ?? 0) * 100);
    console.log(`  ${category?.title ?? name}: ${score}`);
    if (score < 100 && name !== OF_THE_MACHINE) process.exitCode = 1;
    for (const { id, weight } of category?.auditRefs ?? []) {
      const audit = report.audits[id];
      if (weight > 0 && audit && audit.score !== null && audit.score < 0.9)
        console.log(`    ${audit.title}${audit.displayValue ? ` (${audit.displayValue})` : ''}`);
    }
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function quit(sentence) {
  console.error(sentence);
  process.exit(1);
}
