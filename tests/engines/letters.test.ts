import { describe, expect, it } from 'vitest';
import { lettersGrammar, readLetters, type TokenChance } from '../../src/engines/letters.ts';

const YES_NO = { of: ['y', 'n'], count: 2 };
const told = (token: string, chances: Record<string, number>): TokenChance => ({
  token,
  likeliest: Object.entries(chances).map(([other, chance]) => ({ token: other, chance })),
});
const rounded = (rows: number[][] | undefined) => rows?.map((row) => row.map((p) => Number(p.toFixed(4))));

describe('the grammar of letters', () => {
  it('gives each letter a line, and ends after the last', () => {
    expect(lettersGrammar({ of: ['y', 'n'], count: 3 })).toBe('root ::= letter "\\n" letter "\\n" letter\nletter ::= "y" | "n"');
    expect(lettersGrammar({ of: ['A', 'B'], count: 1 })).toBe('root ::= letter\nletter ::= "A" | "B"');
  });
});

describe('a reply in letters', () => {
  it('is the letters alone, with the chance of each among the letters', () => {
    const tokens = [told('y', { Yes: 0.5, y: 0.3, n: 0.1 }), told('\n', { '\n': 1 }), told('n', { n: 0.6, y: 0.2 })];
    const { text, probabilities } = readLetters('y\nn', tokens, YES_NO);
    expect(text).toBe('yn');
    expect(rounded(probabilities)).toEqual([
      [0.75, 0.25],
      [0.25, 0.75],
    ]);
  });

  it('counts a letter with a blank before it or after it as that letter', () => {
    const { probabilities } = readLetters(
      ' y\nn',
      [told(' y', { ' y': 0.2, y: 0.4, n: 0.2 }), told('n\n', { 'n\n': 0.5, y: 0.5 })],
      YES_NO,
    );
    expect(rounded(probabilities)).toEqual([
      [0.75, 0.25],
      [0.5, 0.5],
    ]);
  });

  it('holds capitals and small letters apart', () => {
    const { probabilities } = readLetters('A', [told('A', { A: 0.1, a: 0.8, B: 0.1 })], { of: ['A', 'B'], count: 1 });
    expect(rounded(probabilities)).toEqual([[0.5, 0.5]]);
  });

  it('takes a letter that is not among the likeliest for one without a chance', () => {
    const { probabilities } = readLetters('y\nn', [told('y', { Yes: 0.9, y: 0.001 }), told('n', { n: 0.3 })], YES_NO);
    expect(probabilities).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it.each([['y'], ['y\nn\ny'], ['yes\nno'], ['Y\nN'], ['']])('that does not follow comes back as it is: %j', (text) => {
    expect(readLetters(text, [told('y', { y: 1 }), told('n', { n: 1 })], YES_NO)).toEqual({ text });
  });

  it.each([
    ['none are told', []],
    ['no letter is among the likeliest', [told('y', { Yes: 0.9 }), told('n', { n: 0.3 })]],
    ['two letters are one token', [told('yn', { yn: 1 })]],
    ['they tell of another reply', [told('y', { y: 1 }), told('y', { y: 1 })]],
  ])('has no chances where %s', (_, tokens) => {
    expect(readLetters('y\nn', tokens, YES_NO)).toEqual({ text: 'yn' });
  });
});
