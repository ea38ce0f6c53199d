import { describe, expect, it } from 'vitest';
import { apiBase } from '../../../src/engines/openai/address.ts';
import { letterChances, type TokenChance } from '../../../src/engines/openai/letters.ts';

const token = (text: string, chance: number, others: Record<string, number> = {}): TokenChance => ({
  token: text,
  logprob: Math.log(chance),
  top_logprobs: Object.entries({ [text]: chance, ...others }).map(([other, p]) => ({ token: other, logprob: Math.log(p) })),
});
const rounded = (chances: number[][] | undefined) => chances?.map((some) => some.map((p) => Number(p.toFixed(4))));

describe('the chances of letters', () => {
  it('count every spelling of a letter and nothing else', () => {
    expect(rounded(letterChances([token('y', 0.3, { ' Y': 0.1, n: 0.1, Yes: 0.5 })], { of: ['y', 'n'], count: 1 }))).toEqual([[0.8, 0.2]]);
  });

  it('keep letters of two cases apart where both are asked for', () => {
    expect(rounded(letterChances([token('a', 0.3, { A: 0.1 })], { of: ['a', 'A'], count: 1 }))).toEqual([[0.75, 0.25]]);
  });

  it('go on within a token of several letters by what begins alike', () => {
    const tokens = [token('yn', 0.3, { yy: 0.1, nn: 0.4, y: 0.2 })];
    expect(rounded(letterChances(tokens, { of: ['y', 'n'], count: 2 }))).toEqual([
      [0.6, 0.4],
      [0.25, 0.75],
    ]);
  });

  it('pass over tokens between, and are certain of a letter that was forced', () => {
    const tokens = [token('y', 1), token(' ', 1), { token: 'n', logprob: -Infinity }];
    expect(letterChances(tokens, { of: ['y', 'n'], count: 2 })).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('are left out when fewer letters came than were asked for', () => {
    expect(letterChances([token('y', 1)], { of: ['y', 'n'], count: 2 })).toBeUndefined();
    expect(letterChances([], { of: ['y', 'n'], count: 1 })).toBeUndefined();
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
