/** How llama.cpp is brought to tell the chances of letters. */
import type { Letters } from '../../promptwizard/llm.ts';
import type { TokenChance } from '../letters.ts';

/**
 * llama.cpp draws first and asks the grammar afterwards, so its candidates are those of the whole vocabulary, and the package
 * throws where one of them is told of that is no text by itself, as single bytes of a sign are. So the letters are lifted, all
 * alike, above everything else; what is then below a hundred millionth of the likeliest goes, and only letters are left to tell of.
 */
export function forLetters({ of }: Letters) {
  return {
    temperature: 1,
    // Pairs, not an object: there a digit would be read as a token's number. The package's type knows objects only.
    logit_bias: of.map((letter) => [letter, 100]) as never,
    top_p: 1,
    min_p: 1e-8,
    logprobs: true,
    top_logprobs: 4 * of.length,
    post_sampling_probs: true,
  };
}

interface Told {
  token: string;
  prob: number;
  top_probs?: Told[];
}

/** @param told llama.cpp's own form of log-probabilities, for those after sampling */
export const toChances = (told: readonly unknown[]): TokenChance[] =>
  (told as Told[]).map(({ token, top_probs = [] }) => ({
    token,
    likeliest: top_probs.map((other) => ({ token: other.token, chance: other.prob })),
  }));
