/** Makes the pictures of the app that the manifest shows before an install, from the built app: `node tools/screenshots.mjs`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { buildIfNeeded } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { root } from './root.mjs';
import { serveApp } from './serve.mjs';

/** Bytes: they are fetched by people who only look. */
const LIMIT = 150_000;
/** CSS pixels, and how many of the picture's make one. */
const SHOTS = [
  { name: 'wide', width: 1280, height: 800, scale: 1 },
  { name: 'narrow', width: 390, height: 844, scale: 1.5 },
];

const executablePath = findChromium();
if (!executablePath) throw new Error('No Chromium was found. Install it, or name it: CHROMIUM=/path/to/it node tools/screenshots.mjs');
await buildIfNeeded();
const server = await serveApp({ dist: join(root, 'dist'), models: join(root, 'models'), port: 0 });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  await mkdir(join(root, 'public/screenshots'), { recursive: true });
  for (const { name, width, height, scale } of SHOTS) {
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme: 'light' });
    const page = await context.newPage();
    await page.goto(`${server.url}#/recorded`);
    await page.getByRole('button', { name: 'Skip to the result' }).click();
    await page.getByText('Quality score', { exact: false }).first().waitFor();
    const png = await page.screenshot({ animations: 'disabled' });
    if (png.length > LIMIT) throw new Error(`${name}.png takes ${png.length} bytes, more than ${LIMIT}: show less, or make it smaller.`);
    await writeFile(join(root, `public/screenshots/${name}.png`), png);
    console.log(`public/screenshots/${name}.png: ${width * scale} × ${height * scale}, ${png.length.toLocaleString('en')} bytes`);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}
