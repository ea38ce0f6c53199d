import { describe, expect, it } from 'vitest';
import { apiBase } from '../../../src/engines/openai/address.ts';
import { toChances } from '../../../src/engines/openai/letters.ts';

const E = Math.E;

describe('the chances of tokens as a server tells them', () => {
  it('are no logarithms, the token itself among them once', () => {
    const [inside, outside, alone, forced] = toChances([
      { token: 'y', logprob: 0, top_logprobs: [{ token: 'y', logprob: 0 }, { token: ' n', logprob: -1 }] }, // prettier-ignore
      { token: 'n', logprob: -1, top_logprobs: [{ token: 'Yes', logprob: 0 }] },
      { token: 'n', logprob: -1 },
      // What llama.cpp tells of a token that only the grammar wanted.
      { token: 'n', logprob: -3.4e38, top_logprobs: [{ token: 'y', logprob: 0 }] },
    ]);
    expect(inside!.likeliest).toEqual([
      { token: 'y', chance: 1 },
      { token: ' n', chance: 1 / E },
    ]);
    expect(outside!.likeliest).toEqual([
      { token: 'n', chance: 1 / E },
      { token: 'Yes', chance: 1 },
    ]);
    expect(alone).toEqual({ token: 'n', likeliest: [{ token: 'n', chance: 1 / E }] });
    expect(forced!.likeliest[0]).toEqual({ token: 'n', chance: 0 });
  });
});

describe('an address', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1'],
    [' 127.0.0.1:11434/ ', 'http://127.0.0.1:11434/v1'],
    ['localhost:1234/v1', 'http://localhost:1234/v1'],
    ['https://a.example/v1/chat/completions', 'https://a.example/v1'],
    ['https://a.example/openai/v1/models/', 'https://a.example/openai/v1'],
  ])('%s begins the interface at %s', (typed, base) => {
    expect(apiBase(typed)).toBe(base);
  });

  it.each(['', 'not an address', 'ftp://a.example'])('“%s” is none', (typed) => {
    expect(() => apiBase(typed)).toThrow(/is no address of a server/);
  });
});
