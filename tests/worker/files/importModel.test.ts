import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRef } from '../../../src/engines/engine.ts';
import { importModel } from '../../../src/worker/files/importModel.ts';
import { noteOf, readNote } from '../../../src/worker/files/note.ts';
import { zipOf } from '../../fixtures/zipOf.ts';

const never = new AbortController().signal;
const given = (names: readonly string[]) => names.map((path) => ({ path, file: new File(['x'], path.split('/').at(-1) ?? 'x') }));
const taken = (names: readonly string[]) => importModel(given(names), [], () => {}, never);

describe('a folder that is given', () => {
  it.each([
    [[], 'There is no file in it'],
    [['x/.DS_Store', '__MACOSX/y'], 'There is no file in it'],
    [['x/readme.md', 'x/model.safetensors'], 'No model was found in it: neither mlc-chat-config.json'],
    [['x/a.gguf', 'x/b/c.gguf'], 'There are 2 GGUF files'],
    [['x/a/mlc-chat-config.json', 'x/b/mlc-chat-config.json'], 'There are 2 models'],
    [['x/../../mlc-chat-config.json'], 'leads out of its folder'],
    [['x/mlc-chat-config.json', 'x/C:evil'], 'signs that no file of a model has'],
  ])('of %j is refused in a sentence', async (names, sentence) => {
    await expect(taken(names)).rejects.toThrow(sentence);
  });

  it('of any names without a model is refused, and told what to do', async () => {
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/gguf|mlc-chat-config/i.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 10 }), async (names) => {
        await expect(taken(names)).rejects.toSatisfy((error: Error) => error.name === 'not-a-model' && /Choose/.test(error.message));
      }),
    );
  });

  it('of far too many files is not looked through', async () => {
    await expect(taken(Array.from({ length: 10_001 }, (_, i) => `x/${i}`))).rejects.toThrow('10001 files');
  });

  it('that is a zip is looked into, whatever it is called', async () => {
    const zip = await zipOf([['m/readme.md', new Uint8Array(3)]]);
    const file = new File([zip], 'model.bin');
    await expect(importModel([{ path: 'model.bin', file }], [], () => {}, never)).rejects.toThrow('No model was found in it');
    const cut = new File([zip.slice(0, 40)], 'model.zip');
    await expect(importModel([{ path: 'model.zip', file: cut }], [], () => {}, never)).rejects.toThrow('This zip cannot be used');
  });
});

describe('the note beside exported files', () => {
  const known: ModelRef[] = [
    { engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' },
    { engine: 'wllama', id: 'a.gguf', url: 'https://a.example/a.gguf', bytes: 5 },
  ];

  it('finds the model again that it was written for', () => {
    for (const ref of known) expect(readNote(noteOf(ref, 'A title'), known)).toBe(ref);
  });

  it('cannot make files pass for a model under another address', () => {
    const posing: ModelRef = {
      engine: 'webllm',
      id: 'Qwen3-4B-q4f16_1-MLC',
      weightsUrl: 'https://evil.example/',
      libraryUrl: 'https://evil.example/x.wasm',
    };
    expect(readNote(noteOf(posing, 'Qwen3 4B'), known)).toBeNull();
    expect(readNote(noteOf({ engine: 'wllama', id: 'a.gguf', file: 'x' }, 'A'), known)).toBeNull();
  });

  it('of any text is no harm', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void expect(readNote(text, known)).toBeNull()));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (ref) => void expect(readNote(JSON.stringify({ promptevolver: 'model', version: 1, ref }), known)).toBeNull(),
      ),
    );
  });
});
