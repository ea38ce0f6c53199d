/** The README that a static Space reads. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refs } from '../../src/engines/catalogue.ts';
import { hubModels, spaceReadme, SPACE } from '../../tools/space-readme.mjs';

const models = hubModels(refs([]));
const readme = (change: Partial<Parameters<typeof spaceReadme>[0]> = {}) => spaceReadme({ models, license: 'MIT', ...change });

/** Reads the little of YAML that a front matter may hold here, and nothing else: `name: "text"`, `name: true`, lists of texts. */
function frontMatter(text: string): Record<string, unknown> {
  const [, head] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
  if (head === undefined) throw new Error('There is no front matter at the very beginning.');
  const found: Record<string, unknown> = {};
  let list: string[] | null = null;
  for (const line of head.split('\n')) {
    const item = /^ {2}- ("(?:[^"\\]|\\.)*")$/.exec(line);
    const field = /^([A-Za-z_]+):(?: (true|false|"(?:[^"\\]|\\.)*"))?$/.exec(line);
    if (item && list) list.push(JSON.parse(item[1]!) as string);
    else if (field && !(field[1]! in found)) {
      list = field[2] === undefined ? [] : null;
      found[field[1]!] = list ?? JSON.parse(field[2]!);
    } else throw new Error(`Not a line of a front matter: ${line}`);
  }
  return found;
}

describe('the front matter', () => {
  it('says what the host needs', () => {
    const found = frontMatter(readme());
    expect(found).toMatchObject({
      title: 'PromptEvolver',
      sdk: 'static',
      app_file: 'index.html',
      header: 'mini',
      pinned: false,
      license: 'mit',
      tags: SPACE.tags,
    });
    const colours = ['red', 'yellow', 'green', 'blue', 'indigo', 'purple', 'pink', 'gray'];
    expect(colours).toContain(found['colorFrom']);
    expect(colours).toContain(found['colorTo']);
    expect(found['emoji']).toMatch(/^\p{Extended_Pictographic}$/u);
    expect((found['short_description'] as string).length).toBeLessThanOrEqual(60);
  });

  it('names every model of the catalogue that comes from the hub, as the hub names it', () => {
    const found = frontMatter(readme())['models'] as string[];
    expect(found).toContain('mlc-ai/Qwen3-4B-q4f16_1-MLC');
    expect(found).toContain('Qwen/Qwen3-4B-GGUF');
    expect(new Set(found).size).toBe(found.length);
    for (const name of found) expect(name).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(found).toHaveLength(new Set(refs([]).map((ref) => ref.id)).size);
  });

  it('has addresses of its own only where the Space is named', () => {
    expect(frontMatter(readme({ thumbnail: 'a.png' }))).not.toHaveProperty('thumbnail');
    expect(readme()).not.toContain('.static.hf.space');
    const named = readme({ space: 'Some_One/my.space', thumbnail: 'a.png' });
    expect(frontMatter(named)['thumbnail']).toBe('https://huggingface.co/spaces/Some_One/my.space/resolve/main/a.png');
    expect(named).toContain('<https://some-one-my-space.static.hf.space>');
  });
});

describe('what the host would refuse ends the build', () => {
  it.each([
    [{ change: { short_description: 'x'.repeat(61) } }, 'short_description must have 1 to 60 characters; it has 61'],
    [{ change: { colorTo: 'orange' } }, 'colorTo must be one of red, yellow'],
    [{ space: 'my-space' }, 'HF_SPACE must be the Space\'s owner and name, as in owner/name; it is "my-space".'],
    [{ space: 'a/b\nsdk: docker' }, 'HF_SPACE must be'],
  ])('%j', (change, sentence) => {
    expect(() => readme(change)).toThrow(sentence);
  });
});

describe('the workflow', () => {
  const workflow = readFileSync(new URL('../../.github/workflows/deploy.yml', import.meta.url), 'utf8');

  it('uploads with a token of the hour, into the Space that a variable names, and pins what it uses', () => {
    expect(workflow).toContain('id-token: write');
    expect(workflow).toContain('HF_OIDC_RESOURCE: spaces/${{ vars.HF_SPACE }}');
    expect(workflow).toContain('hf upload "$HF_SPACE" ./dist . --repo-type space --delete "*"');
    expect(workflow).not.toMatch(/secrets\./);
    const used = [...workflow.matchAll(/uses: (\S+)/g)].map((match) => match[1]!);
    expect(used.length).toBeGreaterThan(1);
    for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@v\d+\.\d+\.\d+$/);
    expect(workflow).toMatch(/huggingface_hub==\d+\.\d+\.\d+/);
  });

  it('checks, tests and builds before it uploads', () => {
    const at = ['npm ci', 'npm run check', 'npm test', 'npm run build', 'hf upload'].map((step) => workflow.indexOf(step));
    expect(at.every((place, n) => place > (at[n - 1] ?? -1))).toBe(true);
  });
});
