import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tool = fileURLToPath(new URL('../../tools/sizes.mjs', import.meta.url));
let dist: string;
beforeEach(async () => {
  dist = await mkdtemp(join(tmpdir(), 'dist-'));
  await mkdir(join(dist, 'assets'));
});
afterEach(() => rm(dist, { recursive: true }));

async function measure(files: Record<string, string>) {
  const page = '<!doctype html><script type="module" crossorigin src="./assets/main.js"></script>';
  for (const [name, text] of Object.entries({ 'index.html': page, ...files })) await writeFile(join(dist, name), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, dist], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe('the size of the first load', () => {
  it('is the entry and what it imports at once, not what comes on demand', async () => {
    const atOnce = {
      'assets/main.js': "import{a as b}from'./shared.js';export*from'./more.js';import('./later.js');b",
      'assets/shared.js': `export const a=1;//${'ü'.repeat(1000)}`,
      'assets/more.js': 'export const c=1;',
    };
    const { status, said } = await measure({ ...atOnce, 'assets/later.js': 'x'.repeat(200_000) });
    const bytes = Buffer.byteLength(Object.values(atOnce).join(''));
    expect(said).toContain(`First load: ${bytes.toLocaleString('en')} bytes of JavaScript in 3 files`);
    expect(said).toContain('later, on demand: assets/later.js 200,000 bytes');
    expect(status).toBe(0);
  });

  it('fails over the limit', async () => {
    const { status, said } = await measure({ 'assets/main.js': "import'./big.js';", 'assets/big.js': `"${'x'.repeat(150_000)}"` });
    expect(said).toMatch(/bytes too large/);
    expect(status).toBe(1);
  });

  it('fails with an engine in it, and names the engine’s files elsewhere', async () => {
    const engine = 'export const marker="tvmjs_runtime.wasm";';
    const inside = await measure({ 'assets/main.js': "import'./engine.js';", 'assets/engine.js': engine });
    expect(inside.said).toMatch(/Engine code is in the first load \(assets\/engine\.js\)/);
    expect(inside.status).toBe(1);
    const outside = await measure({ 'assets/main.js': "import('./engine.js');" });
    expect(outside.said).toContain('later, engine: assets/engine.js');
    expect(outside.status).toBe(0);
  });

  it('fails with a client for other sites of more than 5,000 bytes', async () => {
    await mkdir(join(dist, 'embed'));
    const page = { 'assets/main.js': 'export {};' };
    const fits = await measure({ ...page, 'embed/promptevolver.js': 'x'.repeat(5_000) });
    expect(fits).toMatchObject({ status: 0, said: expect.stringContaining('client for other sites: 5,000 bytes, of 5,000 allowed') });
    const over = await measure({ ...page, 'embed/promptevolver.js': 'x'.repeat(5_001) });
    expect(over).toMatchObject({ status: 1, said: expect.stringContaining('client for other sites is 1 bytes too large') });
  });

  it('fails without a build', async () => {
    await rm(join(dist, 'assets'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [tool, dist], { encoding: 'utf8' });
    expect(stderr).toContain('npm run build');
    expect(status).toBe(1);
  });
});
