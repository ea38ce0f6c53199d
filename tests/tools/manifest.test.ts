import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../src/app/route.ts';
import { drawing, ICONS } from '../../tools/icons.mjs';

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
interface Picture {
  src: string;
  sizes: string;
  type: string;
  purpose?: string;
  form_factor?: string;
}
const manifest = JSON.parse(readFileSync(file('public/manifest.webmanifest'), 'utf8')) as {
  id?: string;
  start_url: string;
  theme_color: string;
  background_color: string;
  icons: Picture[];
  screenshots: Picture[];
  shortcuts: { url: string }[];
  file_handlers: { action: string; accept: Record<string, string[]> }[];
  share_target: { action: string; method: string; enctype: string };
};
/** Width and height stand in the first chunk of a PNG. */
const sizeOf = (path: string): string => {
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
};

describe('the manifest', () => {
  it('names pictures that are there, of the size it says and small', () => {
    for (const { src, sizes, type } of [...manifest.icons, ...manifest.screenshots]) {
      const path = file(`public/${src}`);
      if (type !== 'image/png') continue;
      expect(sizeOf(path), src).toBe(sizes);
      expect(statSync(path).size, src).toBeLessThan(150_000);
    }
    for (const form of ['wide', 'narrow']) expect(manifest.screenshots.some((one) => one.form_factor === form)).toBe(true);
    for (const purpose of ['any', 'maskable'])
      for (const size of ['192x192', '512x512'])
        expect(manifest.icons.some((icon) => icon.purpose === purpose && icon.sizes === size)).toBe(true);
  });

  it('has only addresses relative to itself, whose places exist', () => {
    const { start_url, shortcuts, file_handlers, share_target, icons, screenshots } = manifest;
    const addresses = [start_url, share_target.action, ...[...icons, ...screenshots].map(({ src }) => src)];
    for (const address of [...addresses, ...shortcuts.map(({ url }) => url), ...file_handlers.map(({ action }) => action)])
      expect(address).toMatch(/^\.\//);
    for (const { url } of shortcuts) expect(parseRoute(url.slice(url.indexOf('#'))).page, url).not.toBe('unknown');
    expect(file_handlers.flatMap(({ accept }) => Object.values(accept).flat()).sort()).toEqual(['.csv', '.gguf', '.json', '.jsonl']);
    expect(share_target).toMatchObject({ method: 'POST', enctype: 'multipart/form-data' });
  });

  it('names an identity that stays when the page where it starts gets another name', () => {
    expect(manifest.id).toBe('promptevolver');
  });

  it('has the colours of the theme, and is linked by the page', () => {
    const paper = /--paper: light-dark\((#[0-9a-f]{6})/.exec(readFileSync(file('src/app/theme.css'), 'utf8'))![1];
    expect(manifest).toMatchObject({ theme_color: paper, background_color: paper });
    const page = readFileSync(file('index.html'), 'utf8');
    expect(page).toContain('<link rel="manifest" href="./manifest.webmanifest" />');
    expect(page).toContain('<link rel="apple-touch-icon" href="./icons/apple-touch.png" />');
  });
});

describe('the icons', () => {
  const svg = readFileSync(file('public/icon.svg'), 'utf8');

  it('are each there, of their size', () => {
    for (const { file: name, size } of ICONS) expect(sizeOf(file(`public/${name}`))).toBe(`${size}x${size}`);
  });

  it('for a mask reach every edge with the ground, and keep the picture within', () => {
    expect(drawing(svg, false)).toBe(svg);
    const whole = drawing(svg, true);
    expect(whole).toContain('<rect width="64" height="64" fill="#1d5fbf"/>');
    expect(whole).not.toContain('rx="14"');
    expect(whole).toContain('scale(.8)');
    expect(() => drawing('<svg></svg>', true)).toThrow('ground');
  });
});
