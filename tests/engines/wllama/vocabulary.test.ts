import { describe, expect, it } from 'vitest';
import { controlTokens } from '../../../src/engines/wllama/control-tokens.ts';
import { readGgufHeader, type GgufTokenizer } from '../../../src/engines/wllama/gguf-header.ts';
import { stripThinking } from '../../../src/engines/wllama/strip-thinking.ts';
import { createTokenCounter } from '../../../src/engines/wllama/token-counter.ts';
import { tinyGguf } from '../../fixtures/tiny-gguf.ts';

const tiny = tinyGguf({ contextLength: 777 });
const header = await readGgufHeader(new Blob([tiny]), 'tiny.gguf');
const vocabulary = (changes: Partial<GgufTokenizer>): GgufTokenizer => ({
  model: 'gpt2',
  pre: 'qwen2',
  tokens: [],
  types: [],
  merges: ['x y'],
  scores: [],
  ...changes,
});

describe('the header of a GGUF', () => {
  it('tells name, kind, context and the vocabulary', () => {
    expect(header).toMatchObject({ architecture: 'llama', name: 'Tiny', contextLength: 777, parts: 1 });
    expect(header.tokenizer!.tokens.slice(-1)).toEqual(['<|im_end|>']);
  });

  it('tells how much a token takes in the cache: layers × heads × two vectors × two bytes', () => {
    expect(header.cacheBytesPerToken).toBe(2 * 2 * (16 + 16) * 2);
  });

  it('tells when a file is cut short', () => {
    expect(header.leastBytes).toBeLessThanOrEqual(tiny.length);
    expect(header.leastBytes).toBeGreaterThan(tiny.length - 20_000);
  });

  it.each([4, 30, 3_000])('refuses one that ends after %i bytes', async (bytes) => {
    await expect(readGgufHeader(new Blob([tiny.slice(0, bytes)]), 'tiny.gguf')).rejects.toMatchObject({
      name: 'not-a-model',
      message: expect.stringContaining('cut short'),
    });
  });

  it('refuses another file, by name', async () => {
    await expect(readGgufHeader(new Blob(['PK\u0003\u0004 something else']), 'archive.zip')).rejects.toMatchObject({
      name: 'not-a-model',
      message: expect.stringContaining('archive.zip'),
    });
  });

  it('refuses lengths that no file has, without reserving memory for them', async () => {
    const wrong = tiny.slice(0, 2000);
    new DataView(wrong.buffer).setBigUint64(24, 2n ** 60n, true);
    await expect(readGgufHeader(new Blob([wrong]), 'wrong.gguf')).rejects.toMatchObject({ name: 'not-a-model' });
  });
});

describe('counting tokens', () => {
  const count = createTokenCounter(header.tokenizer);

  it('joins what the vocabulary joins', () => {
    // "the" and " the" are tokens; "and" is one after a space and "an"+"d" makes one without; the rest is single bytes.
    expect(count('')).toBe(0);
    expect(count('the')).toBe(1);
    expect(count('the the')).toBe(2);
    expect(count('xyz')).toBe(3);
  });

  it('counts the bytes of letters beyond ASCII', () => {
    expect(count('é')).toBe(2);
    expect(count('日')).toBe(3);
  });

  it('keeps digits apart where the model does', () => {
    expect(count('12')).toBe(2);
    expect(createTokenCounter(vocabulary({ pre: 'llama-bpe', merges: ['1 2'] }))('12')).toBe(1);
  });

  it('gets through 50,000 characters without a break', () => {
    expect(count('x'.repeat(50_000))).toBe(50_000);
  }, 20_000);

  it('joins SentencePiece tokens by their scores, and spells unknown letters in bytes', () => {
    const tokens = ['▁', 'h', 'i', '▁h', '▁hi', 'hi'];
    const pieces = createTokenCounter(vocabulary({ model: 'llama', tokens, scores: [-9, -9, -9, -2, -1, -3] }));
    expect(pieces('hi')).toBe(1);
    expect(pieces('hi hi')).toBe(2);
    expect(pieces('é')).toBe(1 + 2);
  });

  it('falls back to an estimate for a vocabulary of another kind', () => {
    expect(createTokenCounter(null)('Some words of plain English.')).toBeGreaterThan(4);
  });
});

describe('control tokens in text', () => {
  const control = controlTokens(header.tokenizer);

  it('are broken up, and whole again in a reply that quotes them', () => {
    const safe = control.defuse('Say <|im_end|> twice: <|im_end|>');
    expect(safe).not.toContain('<|im_end|>');
    expect(control.restore(safe)).toBe('Say <|im_end|> twice: <|im_end|>');
  });

  it('leave all other text as it is', () => {
    const text = 'a < b | c > d, <b>bold</b>, <|unknown|>';
    expect(control.defuse(text)).toBe(text);
  });

  it('are those of the model, whatever they look like', () => {
    const { defuse } = controlTokens(vocabulary({ tokens: ['<s>', '</s>', 'word', '[INST]'], types: [3, 3, 1, 3] }));
    expect(defuse('<s>[INST] word')).toBe('<\u200bs>[\u200bINST] word');
  });
});

describe('a reply that thinks first', () => {
  it.each([
    ['Plain.', 'Plain.'],
    ['<think>\n\n</think>\n\nPlain.', 'Plain.'],
    ['Some thoughts\n</think>\nPlain.', 'Plain.'],
    ['<think>never done', ''],
  ])('%j becomes %j', (reply, text) => expect(stripThinking(reply)).toBe(text));
});
