/** Makes every PNG icon of the app from public/icon.svg: `node tools/icons.mjs`. The browser draws them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from './chromium.mjs';
import { root } from './root.mjs';

/**
 * `whole`: the ground reaches every edge, and the picture stays within the circle that every system's mask leaves (80 %).
 * @typedef {{ file: string, size: number, whole: boolean }} Icon
 */
/** @type {Icon[]} */
export const ICONS = [
  { file: 'icons/any-192.png', size: 192, whole: false },
  { file: 'icons/any-512.png', size: 512, whole: false },
  { file: 'icons/maskable-192.png', size: 192, whole: true },
  { file: 'icons/maskable-512.png', size: 512, whole: true },
  // iOS rounds the corners itself and shows black where a pixel is clear.
  { file: 'icons/apple-touch.png', size: 180, whole: true },
];

/**
 * The picture for an icon: its own, or with the ground stretched to the edges.
 * @param {string} svg
 * @param {boolean} whole
 */
export function drawing(svg, whole) {
  if (!whole) return svg;
  const ground = /<rect [^>]*?fill="(#[0-9a-f]{6})"\/>/.exec(svg);
  if (!ground) throw new Error('public/icon.svg must have one <rect …fill="#rrggbb"/> as its ground.');
  return svg
    .replace(ground[0], `<rect width="64" height="64" fill="${ground[1]}"/><g transform="translate(6.4 6.4) scale(.8)">`)
    .replace('</svg>', '</g></svg>');
}

if (process.argv[1] === join(root, 'tools/icons.mjs')) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found. Install it, or name it: CHROMIUM=/path/to/it node tools/icons.mjs');
  const svg = await readFile(join(root, 'public/icon.svg'), 'utf8');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await mkdir(join(root, 'public/icons'), { recursive: true });
    for (const { file, size, whole } of ICONS) {
      const page = await browser.newPage({ viewport: { width: size, height: size } });
      await page.setContent(`<style>html,body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing(svg, whole)}`);
      const png = await page.screenshot({ omitBackground: true });
      await page.close();
      await writeFile(join(root, 'public', file), png);
      console.log(`public/${file}: ${size} × ${size}, ${png.length.toLocaleString('en')} bytes`);
    }
  } finally {
    await browser.close();
  }
}
