import { afterEach, describe, expect, it, vi } from 'vitest';
import { engine } from '../../src/app/models/engine.svelte.ts';
import { files } from '../../src/app/models/files/files.svelte.ts';
import { underWay } from '../../src/app/offline/underWay.ts';

/** Names of the locks that are held, in any tab. */
const holding = (...names: string[]) =>
  vi.stubGlobal('navigator', { locks: { query: async () => ({ held: names.map((name) => ({ name })) }) } });
afterEach(() => {
  vi.unstubAllGlobals();
  engine.state = { worker: 'none', model: { state: 'none' }, message: null };
  engine.importing = null;
  files.work = null;
});

describe('what a new version has to wait for', () => {
  it('is nothing on a page at rest, though its model may be loaded', async () => {
    holding('promptevolver-webhook');
    expect(await underWay()).toBe('');
  });

  it('is a run of any tab', async () => {
    holding('promptevolver-run:one');
    expect(await underWay()).toBe('the run has ended');
  });

  it('is a model that loads here', async () => {
    holding();
    const ref = { engine: 'wllama', id: 'x', url: 'https://example.org/x.gguf' } as const;
    const progress = { phase: 'download', bytesDone: 1, bytesTotal: 2 } as never;
    engine.state = { worker: 'alive', model: { state: 'loading', ref, progress }, message: null };
    expect(await underWay()).toBe('the model is loaded');
  });

  it.each([
    ['that is taken in', () => (engine.importing = { phase: 'download', bytesDone: 1, bytesTotal: 2 } as never)],
    ['that is checked, exported or imported', () => (files.work = { what: 'Importing', done: 1, total: 2 })],
  ])('is a file of a model %s', async (_what, begin) => {
    holding();
    begin();
    expect(await underWay()).toBe('the work on the model’s files is done');
  });
});
