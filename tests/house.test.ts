import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf } from './house/imports.ts';
import { breaches, type Tree } from './house/rules.ts';

const src = fileURLToPath(new URL('../src/', import.meta.url));

function readTree(): Tree {
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return Object.fromEntries(
    names.filter((name) => /\.(ts|svelte)$/.test(name)).map((name) => [name, readFileSync(join(src, name), 'utf8')]),
  );
}

describe('the house', () => {
  it('has every import going down, none in a circle, none into a foreign environment, no engine in the first load', () => {
    const tree = readTree();
    expect(Object.keys(tree)).toContain('promptwizard/types.ts');
    expect(breaches(tree)).toEqual([]);
  }, 60_000);
});

/** A small sound house; each case below spoils one thing. */
const sound: Tree = {
  'promptwizard/types.ts': 'export interface Row { id: string }',
  'promptwizard/optimize.ts': "import type { Row } from './types.ts';\nimport { jsonrepair } from 'jsonrepair';",
  'engines/engine.ts': "import type { Row } from '../promptwizard/types.ts';",
  'engines/webllm/engine.ts': "import { MLCEngine } from '@mlc-ai/web-llm';",
  'store/records.ts': "import type { E } from '../engines/engine.ts';",
  'formats/rows.ts': "import Papa from 'papaparse';",
  'worker/protocol.ts': "import type { E } from '../engines/engine.ts';",
  'worker/optimizer.worker.ts':
    "import { optimize } from '../promptwizard/optimize.ts';\nimport '../store/records.ts';\nconst e = () => import('../engines/webllm/engine.ts');",
  'app/main.ts': "import App from './App.svelte';\nimport './theme.css';",
  'app/App.svelte':
    "<script lang=\"ts\">\n  import { go } from './client/optimizer.ts';\n  const read = () => import('../formats/rows.ts');\n</script>\n<p>Hello</p>",
  'app/client/optimizer.ts':
    "import { wrap } from 'comlink';\nimport type { Api } from '../../worker/protocol.ts';\nnew Worker(new URL('../../worker/optimizer.worker.ts', import.meta.url), { type: 'module' });",
};
const spoiled = (path: string, more: string): string[] => breaches({ ...sound, [path]: (sound[path] ?? '') + '\n' + more });
const inScript = (more: string): string[] =>
  breaches({ ...sound, 'app/App.svelte': sound['app/App.svelte']!.replace('<script lang="ts">', `<script lang="ts">\n${more}`) });

describe('the check of the house', () => {
  it('finds nothing in a sound house', () => {
    expect(breaches(sound)).toEqual([]);
  });

  it.each([
    ['upward', 'promptwizard/types.ts', "import { E } from '../engines/engine.ts';"],
    ['upward, of types', 'promptwizard/types.ts', "import type { E } from '../engines/engine.ts';"],
    ['upward, from the API to the store', 'api/handler.ts', "import type { E } from '../store/records.ts';"],
    ['upward, again exported', 'store/records.ts', "export * from '../worker/protocol.ts';"],
    ['upward, on demand', 'engines/engine.ts', "const x = () => import('../worker/protocol.ts');"],
    ['upward, as a type in passing', 'formats/rows.ts', "let x: import('../app/client/optimizer.ts').X;"],
  ])('sees an import that goes %s', (_, path, more) => {
    expect(spoiled(path, more)).toContainEqual(expect.stringContaining('imports upward'));
  });

  it('sees code from a room of the same floor, where types may come', () => {
    expect(spoiled('store/records.ts', "import { E } from '../engines/engine.ts';")).toEqual([expect.stringContaining('own floor')]);
  });

  it.each([
    ['of two files', { 'promptwizard/types.ts': "import './optimize.ts';" }],
    ['of two files, by a type', { 'promptwizard/types.ts': "import type { X } from './optimize.ts';" }],
    [
      'of three files',
      { 'formats/a.ts': "import './b.ts';", 'formats/b.ts': "import './c.ts';", 'formats/c.ts': "export * from './a.ts';" },
    ],
    ['of a file with itself', { 'formats/a.ts': "import './a.ts';" }],
  ])('sees a circle %s', (_, more) => {
    expect(breaches({ ...sound, ...(more as Tree) })).toContainEqual(expect.stringContaining('circular'));
  });

  it('sees the page using code of the worker or an engine', () => {
    expect(inScript("import { x } from '../worker/protocol.ts';")).toContainEqual(expect.stringContaining('worker’s environment'));
    expect(inScript("const x = () => import('../engines/webllm/engine.ts');")).toEqual([expect.stringContaining('worker’s environment')]);
    expect(inScript("import { type X } from '../engines/engine.ts';")).toContainEqual(expect.stringContaining('worker’s environment'));
    expect(inScript("import type { X } from '../engines/engine.ts';")).toEqual([]);
  });

  it('sees the worker being made anywhere but at the door', () => {
    expect(inScript("new Worker(new URL('../worker/optimizer.worker.ts', import.meta.url));")).toEqual([
      expect.stringContaining('only app/client'),
    ]);
  });

  it.each([
    ['promptwizard/types.ts', "import { openDB } from 'idb';"],
    ['worker/protocol.ts', "import { MLCEngine } from '@mlc-ai/web-llm';"],
    ['engines/webllm/engine.ts', "import { Wllama } from '@wllama/wllama/esm/index.js';"],
    ['store/records.ts', "import { onMount } from 'svelte';"],
    ['formats/rows.ts', "import { readFile } from 'node:fs/promises';"],
  ])('sees a package where it has no place: %s, %s', (path, more) => {
    expect(spoiled(path, more)).toEqual([expect.stringContaining('have no place')]);
  });

  it('sees what comes into the first load by way of others', () => {
    expect(inScript("import { readRows } from '../formats/rows.ts';")).toEqual(['first load: formats/rows.ts should come on demand']);
  });

  it('sees the sandbox in the first load, and its package elsewhere', () => {
    const tree = { ...sound, 'sandbox/sandbox.ts': "import { Scope } from 'quickjs-emscripten-core';" };
    expect(breaches(tree)).toEqual([]);
    expect(breaches({ ...tree, 'app/main.ts': "import '../sandbox/sandbox.ts';" })).toEqual([
      'first load: sandbox/sandbox.ts should come on demand',
    ]);
    expect(spoiled('worker/protocol.ts', "import { Scope } from 'quickjs-emscripten-core';")).toEqual([
      expect.stringContaining('have no place'),
    ]);
  });

  it('sees an import of a file that does not exist, or outside src/', () => {
    expect(spoiled('formats/rows.ts', "import './gone.ts';")).toEqual([expect.stringContaining('does not exist')]);
    expect(spoiled('formats/rows.ts', "import '../../tests/double.ts';")).toEqual([expect.stringContaining('outside src/')]);
  });

  it('sees a room that is not in the plan', () => {
    expect(breaches({ ...sound, 'utils/x.ts': '' })).toEqual([expect.stringContaining('no room')]);
  });

  it('reads imports in the markup of a component', () => {
    expect(importsOf('a.svelte', "{#await import('./b.svelte') then b}<b.default />{/await}")).toEqual([
      { name: './b.svelte', kind: 'dynamic' },
    ]);
  });
});

describe('the dependencies', () => {
  it('are each named with a reason in docs/dependencies.md, and nothing else is', () => {
    const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const named = [...read('docs/dependencies.md').matchAll(/^\|([^|]+)\|/gm)].flatMap((row) =>
      [...row[1]!.matchAll(/`([^`]+)`/g)].map((name) => name[1]!),
    );
    expect(named.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
  });
});
