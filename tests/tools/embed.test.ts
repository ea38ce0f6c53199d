import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_LIMIT, clientPackage } from '../../tools/embed.mjs';

let home: string;
let files: Record<string, string>;
/** The package as it is after `npm install ./embed`. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'embed-'));
  files = await clientPackage('1.2.3');
  const folder = join(home, 'node_modules/promptevolver-embed');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
}, 60_000);
afterAll(() => rm(home, { recursive: true, force: true }));

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
async function check(name: string, code: string): Promise<string> {
  await writeFile(join(home, name), code);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
  return spawnSync(process.execPath, [tsc, ...options, name], { cwd: home, encoding: 'utf8' }).stdout;
}

describe('the package for other sites', () => {
  it('has what it says: one small module without imports, types, a README, the version of the app', () => {
    const about = JSON.parse(files['package.json']!) as { version: string; files: string[]; dependencies?: unknown };
    expect(about).toMatchObject({ version: '1.2.3', type: 'module' });
    expect(about.dependencies).toBeUndefined();
    expect(Object.keys(files).sort()).toEqual([...about.files, 'package.json'].sort());
    const code = files['promptevolver.js']!;
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(CLIENT_LIMIT);
    expect(code).not.toMatch(/\bimport\b|\beval\b|innerHTML/);
  });

  it('is imported under its name', { timeout: 60_000 }, () => {
    const code =
      "import { createClient, PromptEvolverError } from 'promptevolver-embed'; console.log(typeof createClient, PromptEvolverError.name.length > 0)";
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: home, encoding: 'utf8' });
    expect(stdout + stderr).toBe('function true\n');
  });

  it('has types that a strict compiler takes, and that refuse what the app would refuse', { timeout: 180_000 }, async () => {
    const use = (request: string) => `
      import { createClient, PromptEvolverError, type OptimizeEvent } from 'promptevolver-embed';
      const { optimize } = createClient({ address: 'https://app.example/' });
      const heard: OptimizeEvent[] = [];
      try {
        const { verdict, optimized_prompt } = await optimize(${request}, { onEvent: (event) => heard.push(event) });
        if (verdict.outcome === 'better') console.log(optimized_prompt);
      } catch (error) {
        if (error instanceof PromptEvolverError && error.code === 'timeout') console.log(error.result?.run_id);
      }
      export {};`;
    expect(await check('good.ts', use("{ prompt: 'x', plan: 'trial', rows: [{ question: 'q', answer: 'a' }] }"))).toBe('');
    expect(await check('bad.ts', use("{ prompt: 'x', plan: 'endless' }"))).toContain('endless');
  });

  it('has a README whose table names every code that the API does not have', async () => {
    const types = await readFile('src/embed/types.ts', 'utf8');
    for (const code of ['blocked', 'no_answer', 'not_allowed', 'other_version', 'flood']) {
      expect(types).toContain(`'${code}'`);
      expect(files['README.md']).toContain(`| \`${code}\``);
    }
  });
});
