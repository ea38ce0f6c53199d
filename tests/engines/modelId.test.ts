import { describe, expect, it } from 'vitest';
import { fileMark, markedId, nameOf, refKey, textMark } from '../../src/engines/modelId.ts';

describe('the mark of a file', () => {
  const bytes = (size: number, change?: number) => {
    const all = new Uint8Array(size).map((_, i) => (i * 31) % 251);
    if (change !== undefined) all[change]! ^= 1;
    return new Blob([all]);
  };
  const SIZE = 3_000_000;

  it('is the same for the same content, and short', async () => {
    expect(await fileMark(bytes(SIZE))).toBe(await fileMark(bytes(SIZE)));
    expect(await fileMark(bytes(SIZE))).toMatch(/^[0-9a-f]{8}$/);
    expect(await fileMark(new Blob([]))).toMatch(/^[0-9a-f]{8}$/);
  });

  it('is another one for another size, beginning, end or middle', async () => {
    const others = [bytes(SIZE + 1), bytes(SIZE, 0), bytes(SIZE, SIZE - 1), bytes(SIZE, 1_400_000), bytes(100), bytes(100, 50)];
    const marks = await Promise.all([bytes(SIZE), ...others].map(fileMark));
    expect(new Set(marks).size).toBe(marks.length);
  });
});

describe('an id', () => {
  it('gives its name back, and a name that only looks marked stays', () => {
    expect(nameOf(markedId('My model (new)', textMark('x')))).toBe('My model (new)');
    for (const name of ['Qwen3-4B-q4f16_1-MLC', 'model#2', 'a-1a2b3c4d']) expect(nameOf(name)).toBe(name);
  });

  it('has a mark of eight digits that follows the text', () => {
    // FNV-1a of the empty text and of "a", as published.
    expect([textMark(''), textMark('a')]).toEqual(['811c9dc5', 'e40c292c']);
  });
});

it('two references are of the same files whatever else they say, and of others where a place differs', () => {
  const url = 'https://example.org/m.gguf';
  expect(refKey({ engine: 'wllama', id: 'm', url, bytes: 5, title: 'M' })).toBe(refKey({ engine: 'wllama', id: 'm', url }));
  const keys = [
    refKey({ engine: 'wllama', id: 'm', url }),
    refKey({ engine: 'wllama', id: 'm', url: `${url}#1` }),
    refKey({ engine: 'wllama', id: 'm', file: url }),
    refKey({ engine: 'webllm', id: 'm' }),
    refKey({ engine: 'webllm', id: 'm', weightsUrl: url, libraryUrl: url }),
    refKey({ engine: 'webllm', id: 'm', weightsUrl: url, libraryUrl: `${url}.wasm` }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
