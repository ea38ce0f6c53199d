/** How servers tell the chances of letters. Grammar and reading are those of `../letters.ts`. */
import type { TokenChance } from '../letters.ts';

/** One token of the reply as OpenAI's interface tells it. */
export interface TokenLogprob {
  token: string;
  logprob: number;
  top_logprobs?: { token: string; logprob: number }[];
}

/** With a token for every line's end between. */
export const lettersTokens = (count: number): number => 2 * count;

/** A token that was chosen need not be among those that are told as likeliest. */
export const toChances = (told: readonly TokenLogprob[]): TokenChance[] =>
  told.map(({ token, logprob, top_logprobs = [] }) => {
    const all = top_logprobs.some((other) => other.token === token) ? top_logprobs : [{ token, logprob }, ...top_logprobs];
    return { token, likeliest: all.map((other) => ({ token: other.token, chance: Math.exp(other.logprob) })) };
  });
