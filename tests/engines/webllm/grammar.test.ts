import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { lettersGrammar } from '../../../src/engines/letters.ts';

interface Matcher {
  getNextTokenBitmask(): Promise<Int32Array>;
  acceptToken(token: number): boolean;
}
interface Grammars {
  TokenizerInfo: { createTokenizerInfo(tokens: string[], kind: 'raw', prefix: boolean, size: number, stop: number[]): Promise<object> };
  GrammarCompiler: { createGrammarCompiler(info: object): Promise<{ compileGrammar(grammar: string): Promise<object> }> };
  GrammarMatcher: { createGrammarMatcher(compiled: object): Promise<Matcher> };
}

/** xgrammar as it is inside the bundle, which does not export it. */
async function grammars(): Promise<Grammars> {
  const source = await readFile(createRequire(import.meta.url).resolve('@mlc-ai/web-llm'), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const path = join(folder, 'web-llm.mjs');
    // In Node it asks for what only a page, or the bundle's own build, gives it.
    const opened = source.replaceAll('"MLC_DUMMY_PATH"', 'import.meta.url').replace(/^\/\/# sourceMappingURL.*$/m, '');
    await writeFile(path, `import { createRequire } from 'node:module';\n${opened}\nexport { libExports$1 as grammars };\n`);
    return ((await import(/* @vite-ignore */ pathToFileURL(path).href)) as { grammars: Grammars }).grammars;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('the installed WebLLM reads our grammar of letters, and allows one letter a token, no more', async () => {
  const xgrammar = await grammars();
  const vocabulary = ['y', 'n', 'Y', ' y', 'yn', 'ny', '\n', '\n\n', 'y\n', ' ', '<end>'];
  const info = await xgrammar.TokenizerInfo.createTokenizerInfo(vocabulary, 'raw', false, vocabulary.length, [10]);
  const compiler = await xgrammar.GrammarCompiler.createGrammarCompiler(info);
  const matcher = await xgrammar.GrammarMatcher.createGrammarMatcher(
    await compiler.compileGrammar(lettersGrammar({ of: ['y', 'n'], count: 2 })),
  );
  const allowed = async () => {
    const [bits] = await matcher.getNextTokenBitmask();
    return vocabulary.filter((_, i) => (bits! >> i) & 1);
  };
  expect(await allowed()).toEqual(['y', 'n', 'y\n']);
  for (const [token, next] of [
    ['y', ['\n']],
    ['\n', ['y', 'n']],
    ['n', ['<end>']],
  ] as const) {
    expect(matcher.acceptToken(vocabulary.indexOf(token))).toBe(true);
    expect(await allowed()).toEqual(next);
  }
});
