/**
 * Replies in letters, for both engines: the grammar they are written by, and what the tokens' chances say of each letter.
 * Each letter has a line to itself, for "yn" is one token in many a vocabulary, and its chance is that of no letter. With spaces
 * in their place, which would cost no tokens, a model of 1.5B judged by turns y and n (8 of 20 right, 15 with lines).
 */
import type { Letters } from '../promptwizard/llm.ts';

/** One token of a reply, and what else might have stood in its place. */
export interface TokenChance {
  token: string;
  /** The likeliest, the token itself among them. Chances at temperature 1, of all tokens or of those that the grammar allows. */
  likeliest: { token: string; chance: number }[];
}

/** In the words that GBNF (llama.cpp) and EBNF (xgrammar) share. */
export function lettersGrammar({ of, count }: Letters): string {
  const letters = Array.from({ length: count }, () => 'letter').join(' "\\n" ');
  return `root ::= ${letters}\nletter ::= ${of.map((letter) => JSON.stringify(letter)).join(' | ')}`;
}

/**
 * A reply that follows, as the letters alone, with their chances where the tokens tell them; any other as it came.
 * @returns `probabilities` by position and letter; each position sums to 1
 */
export function readLetters(text: string, tokens: readonly TokenChance[], letters: Letters): { text: string; probabilities?: number[][] } {
  const written = text.replace(/\s/g, '');
  const all = Array.from(written);
  if (all.length !== letters.count || !all.every((letter) => letters.of.includes(letter))) return { text };
  const choices = tokens.filter(({ token }) => letters.of.includes(token.trim()));
  // False where a vocabulary has a token for two letters and what stands between them.
  const told = choices.map(({ token }) => token.trim()).join('') === written;
  const probabilities = told ? choices.map(({ likeliest }) => chances(likeliest, letters.of)) : [];
  return probabilities.length > 0 && probabilities.every((row) => row !== null) ? { text: written, probabilities } : { text: written };
}

/** Only tokens count that are a letter, with a blank or without; a letter that is not among the likeliest has no chance. */
function chances(likeliest: TokenChance['likeliest'], of: readonly string[]): number[] | null {
  const sums = of.map((letter) => likeliest.reduce((sum, { token, chance }) => (token.trim() === letter ? sum + chance : sum), 0));
  const total = sums.reduce((a, b) => a + b, 0);
  return total > 0 ? sums.map((sum) => sum / total) : null;
}
