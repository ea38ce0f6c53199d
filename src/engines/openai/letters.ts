/** Replies that are letters only, as servers tell them: how likely each letter was. The grammar is that of `../letters.ts`. */
import type { Letters } from '../../promptwizard/llm.ts';

/** One token of the reply as OpenAI's interface tells it. */
export interface TokenChance {
  token: string;
  logprob: number;
  top_logprobs?: { token: string; logprob: number }[];
}

/** With a token for every line's end between. */
export const lettersTokens = (count: number): number => 2 * count;

/** The reply as it was asked for, with nothing between the letters. */
export const joinLetters = (text: string): string => text.replace(/\s+/g, '');

/** A tokenizer may write " Y" where the letter y is meant, and "yn" for two letters at once. */
function spelled(token: string, of: readonly string[]): string[] | null {
  const found: string[] = [];
  for (const sign of token.trim()) {
    const letter = of.find((one) => one === sign) ?? of.find((one) => one.toLowerCase() === sign.toLowerCase());
    if (letter === undefined) return null;
    found.push(letter);
  }
  return found.length > 0 ? found : null;
}

/**
 * By position the chance of each letter, normalised over the letters. A token of several letters stands for as many
 * positions: the later ones are told by the alternatives that begin as it does.
 * @returns undefined when the server told less than `count` positions
 */
export function letterChances(tokens: readonly TokenChance[], { of, count }: Letters): number[][] | undefined {
  const chances: number[][] = [];
  for (const one of tokens) {
    const chosen = spelled(one.token, of);
    if (!chosen) continue;
    const others = (one.top_logprobs ?? []).filter(({ token }) => token !== one.token);
    const ways = [one, ...others].flatMap(({ token, logprob }) => {
      const letters = spelled(token, of);
      return letters ? [{ letters, chance: Math.exp(logprob) }] : [];
    });
    for (let i = 0; i < chosen.length && chances.length < count; i++) {
      const alike = ways.filter(({ letters }) => letters.length > i && letters.slice(0, i).every((letter, j) => letter === chosen[j]));
      const weights = of.map((letter) => alike.reduce((sum, { letters, chance }) => sum + (letters[i] === letter ? chance : 0), 0));
      const total = weights.reduce((a, b) => a + b, 0);
      // A grammar can force a letter that the model gave no chance at all.
      chances.push(weights.map((w, j) => (total > 0 ? w / total : of[j] === chosen[i] ? 1 : 0)));
    }
  }
  return chances.length < count ? undefined : chances;
}
