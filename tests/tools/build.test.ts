import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveConfig } from 'vite';
import { SETTING_KEYS } from '../../src/promptwizard/settings.ts';
import { envName, SITE_KEYS } from '../../src/store/site.ts';
import { CONTENT_SECURITY_POLICY } from '../../tools/policy.mjs';
import { methodVersion } from '../../tools/version.mjs';

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const configWith = (env: Record<string, string>) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return resolveConfig({ configFile: file('vite.config.ts'), logLevel: 'silent' }, 'build');
};
afterEach(() => vi.unstubAllEnvs());

describe('the build', { timeout: 60_000 }, () => {
  it('takes settings from its environment', async () => {
    const { define } = await configWith({ MUTATE_REFINE_ITERATIONS: '2', GENERATE_EXPERT_IDENTITY: 'false', TOP_N: '' });
    expect(JSON.parse(define!['__BUILD_SETTINGS__'])).toEqual({ mutateRefineIterations: 2, generateExpertIdentity: false });
    expect(JSON.parse(define!['__APP_VERSION__'])).toBe(JSON.parse(readFileSync(file('package.json'), 'utf8')).version);
    expect(JSON.parse(define!['__METHOD_VERSION__'])).toMatch(/^[0-9a-f]{8}$/);
  });

  it('knows the method of another build by any change of its text, and by nothing else', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'tree-'));
    try {
      for (const part of ['src', 'package-lock.json']) await cp(file(part), join(copy, part), { recursive: true });
      const version = await methodVersion(copy);
      expect(await methodVersion(file(''))).toBe(version);
      await utimes(join(copy, 'src/promptwizard/run.ts'), 0, 0);
      await writeFile(join(copy, 'src/app/main.ts'), '');
      expect(await methodVersion(copy)).toBe(version);
      await writeFile(join(copy, 'src/promptwizard/prompts/fence.ts'), '', { flag: 'a' });
      expect(await methodVersion(copy)).toBe(version);
      const seen = new Set([version]);
      const parts = [
        'src/promptwizard/prompts/fence.ts',
        'src/engines/wllama/token-counter.ts',
        'src/sandbox/prelude.ts',
        'src/worker/llm.ts',
        'package-lock.json',
      ];
      for (const changed of parts) {
        await writeFile(join(copy, changed), ' ', { flag: 'a' });
        seen.add(await methodVersion(copy));
      }
      expect(seen.size).toBe(1 + parts.length);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('takes what the site decides, beside the settings of the method', async () => {
    const { define } = await configWith({ MAX_CONCURRENT: '1', RESULT_CACHE: 'false', MODEL: 'qwen3:4b', TIMEOUT: '' });
    expect(JSON.parse(define!['__SITE_SETTINGS__'])).toEqual({ maxConcurrent: 1, resultCache: false, model: 'qwen3:4b' });
    expect(JSON.parse(define!['__BUILD_SETTINGS__'])).toEqual({});
  });

  it('takes every setting by its name in capitals', async () => {
    const names = [...SETTING_KEYS, ...SITE_KEYS].map(envName);
    for (const named of 'MUTATE_REFINE_ITERATIONS MUTATION_ROUNDS SEEN_SET_SIZE FEW_SHOT_COUNT GENERATE_REASONING GENERATE_EXPERT_IDENTITY TEMPERATURE MAX_TOKENS MAX_CONCURRENT'.split(
      ' ',
    ))
      expect(names).toContain(named);
    for (const name of names) await expect(configWith({ [name]: '\u0001' }), name).rejects.toThrow(/ must be .*; it is /);
  });

  it.each([
    [{ MUTATE_REFINE_ITERATIONS: '11' }, 'mutate_refine_iterations must be a whole number from 1 to 10; it is "11".'],
    [{ RESOLVE_TIE_CRITERIA: 'middle' }, 'resolve_tie_criteria must be min or max; it is "middle".'],
    [{ MAX_CONCURRENT: '21' }, 'MAX_CONCURRENT must be a whole number from 0 to 20; it is "21".'],
    [{ HF_SPACE: 'nobody' }, 'HF_SPACE must be the Space\'s owner and name, as in owner/name; it is "nobody".'],
    [
      { CONVEX_WEBHOOK_URL: 'http://a.example/hook?key=k' },
      'CONVEX_WEBHOOK_URL: The address must begin with https://; http:// is allowed for 127.0.0.1 and localhost only. It is "http://a.example/hook".',
    ],
  ])('fails on a value out of its range, naming it: %j', async (env, sentence) => {
    await expect(configWith(env)).rejects.toThrow(sentence);
  });

  it('offers the webhook of its environment, and tells only its origin', async () => {
    const { define, plugins } = await configWith({ CONVEX_WEBHOOK_URL: ' https://a.example/hook?key=k ' });
    expect(JSON.parse(define!['__WEBHOOK_URL__'])).toBe('https://a.example/hook?key=k');
    const emitted: { fileName: string; source: string }[] = [];
    const emit = (name: string) =>
      (plugins.find((plugin) => plugin.name === name)!.generateBundle as (this: object) => void).call({
        emitFile: (file: (typeof emitted)[number]) => emitted.push(file),
      });
    emit('stamp');
    emit('openapi');
    expect(emitted.map(({ fileName }) => fileName)).toEqual(['build.json', 'api/openapi.json']);
    expect(JSON.parse(emitted[0]!.source)).toMatchObject({ webhook: 'https://a.example' });
    expect(emitted[0]!.source).not.toContain('key');
    expect(JSON.parse(emitted[1]!.source)).toMatchObject({ openapi: '3.1.0', info: { title: 'PromptEvolver' } });
  });

  it('puts the policy into the page before everything that loads, and the charset before it', async () => {
    const { plugins } = await configWith({});
    const { handler } = plugins.find(({ name }) => name === 'policy')!.transformIndexHtml as { handler: (html: string) => string };
    const page = handler(readFileSync(file('index.html'), 'utf8'));
    const at = (text: string) => page.indexOf(text);
    expect(at('charset')).toBeGreaterThan(0);
    expect(at(CONTENT_SECURITY_POLICY)).toBeGreaterThan(at('charset'));
    for (const loads of ['<link', '<script', '<title']) expect(at(loads)).toBeGreaterThan(at(CONTENT_SECURITY_POLICY));
    expect(() => handler('<html></html>')).toThrow('charset');
  });

  it('allows neither inline scripts nor eval, and what the engines need', () => {
    const policy = Object.fromEntries(CONTENT_SECURITY_POLICY.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
    expect(policy['default-src']).toEqual(["'none'"]);
    expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(policy['worker-src']).toContain('blob:');
    expect(policy['connect-src']).not.toContain('http:');
  });
});
