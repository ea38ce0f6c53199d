/** All chance in the method: seeded generators, one stream for each use. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

const SEEDS = 2 ** 31;

/** Spreads 32 bits so that neighbouring inputs share nothing: the finaliser of MurmurHash3 (A. Appleby, public domain). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * The seed of one use, from the run's seed and what the use is called: `deriveSeed(seed, 'race', round)`. Each use so
 * has its own stream, and a draw more in one step changes no other step. A whole number from 0 to 2³¹ − 1.
 */
export function deriveSeed(seed: number, ...labels: (string | number)[]): number {
  // JSON keeps ('a', 'b') apart from ('ab') and 1 from '1'. The hash is FNV-1a over UTF-16 units.
  const text = JSON.stringify([seed, ...labels]);
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h) >>> 1;
}

/** A seeded source of choices. The same seed and calls give the same choices on every machine. */
export class Rng {
  readonly #source: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(seed: number) {
    // pure-rand puts a seed into two of four words unmixed: the first numbers of seeds 1, 2, 3 would be alike.
    const word = (k: number) => mix(mix(seed) + Math.imul(k, 0x9e3779b9));
    this.#source = xoroshiro128plusFromState([word(1), word(2), word(3), word(4) | 1]);
  }

  /** Uniform in [0, n). @throws RangeError when n is no whole number from 1 to 2³² */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`A draw needs a whole number of at least 1; it is ${n}.`);
    return uniformInt(this.#source, 0, n - 1);
  }

  /** Uniform in [0, 1). */
  float(): number {
    return uniformFloat64(this.#source);
  }

  /** A new array in another order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    return this.sample(items, items.length);
  }

  /** `k` of the items without replacement, in random order; all of them when there are fewer. */
  sample<T>(items: readonly T[], k: number): T[] {
    const pool = items.slice();
    const size = Math.max(0, Math.min(k, pool.length));
    for (let i = 0; i < size; i++) {
      const j = i + this.int(pool.length - i);
      [pool[i], pool[j]] = [pool[j]!, pool[i]!];
    }
    return pool.slice(0, size);
  }

  /** @throws RangeError when there is nothing to pick from */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!;
  }

  /** A fresh seed: a whole number from 0 to 2³¹ − 1. */
  seed(): number {
    return this.int(SEEDS);
  }
}

export const createRng = (seed: number): Rng => new Rng(seed);
