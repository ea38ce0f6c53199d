import { describe, expect, it } from 'vitest';
import { checkWords, leftWords, sizeWords, workWords } from '../../src/app/models/files/fileWords.ts';
import { hasAddress, ownOffer } from '../../src/app/models/ownOffer.ts';
import type { ModelRef } from '../../src/engines/engine.ts';
import { IMPORTED } from '../../src/engines/webllm/takeIn.ts';

describe('the files of models in words', () => {
  it('say what was found, by what', () => {
    expect(checkWords({ files: 7, bytes: 2.3e9, by: 'hashes', faults: [] })).toBe('In order: 7 files, 2.3 GB, checked by hash and size.');
    expect(checkWords({ files: 1, bytes: 5, by: 'sizes', faults: ['a.', 'b.', 'c.', 'd.', 'e.'] })).toBe(
      'Not in order: a. b. c. And 2 more faults.',
    );
  });

  it('have sizes, and how far the work is', () => {
    expect(sizeWords({ files: [{ name: 'a', bytes: 5 }], bytes: 5 })).toBe('1 file · 5 bytes');
    expect(workWords('Checking X', 600e6, 2.3e9)).toBe('Checking X · 600 MB of 2.3 GB');
    expect(workWords('Importing', 0, 0)).toBe('Importing');
  });

  it('name every kind of left-over piece', () => {
    for (const kind of ['mlc', 'gguf', 'library', 'part'] as const)
      expect(leftWords({ kind, ref: null, place: '', title: '', files: [], bytes: 0 })).toMatch(/\.$/);
  });
});

describe('a model of one’s own', () => {
  const imported: ModelRef = { engine: 'webllm', id: 'a#1', weightsUrl: `${IMPORTED}1/a/`, libraryUrl: `${IMPORTED}1/a/x.wasm` };

  it('can be fetched again only from an address', () => {
    expect(hasAddress(imported)).toBe(false);
    expect(hasAddress({ engine: 'wllama', id: 'b', file: 'b.gguf' })).toBe(false);
    expect(hasAddress({ engine: 'wllama', id: 'b', url: 'https://a.example/b.gguf' })).toBe(true);
    expect(hasAddress({ engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' })).toBe(true);
  });

  it('from a folder does not claim to come from an address', () => {
    const { about, why } = ownOffer({ ref: imported, title: 'a', bytes: 1, here: false });
    expect(about).toContain('From a folder you imported');
    expect(why).toBe('Its files are not on this machine.');
  });
});
