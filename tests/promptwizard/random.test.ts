import { describe, expect, test } from 'vitest';
import { createRng, deriveSeed } from '../../src/promptwizard/random.ts';

const items = Array.from({ length: 30 }, (_, i) => i);

describe('createRng', () => {
  test('the same seed draws the same, another seed otherwise', () => {
    const draw = (seed: number) => {
      const rng = createRng(seed);
      return [rng.int(1000), rng.float(), rng.shuffle(items), rng.sample(items, 4), rng.pick(items), rng.seed()];
    };
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });

  test('draws stay as they are: stored runs replay with them', () => {
    const rng = createRng(1);
    expect([rng.int(100), rng.int(100), rng.int(100), rng.int(100)]).toMatchInlineSnapshot(`
      [
        50,
        78,
        68,
        57,
      ]
    `);
    expect(deriveSeed(1, 'race', 2)).toMatchInlineSnapshot(`1706169272`);
  });

  test('neighbouring seeds are not alike from the first draw on', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => createRng(seed).int(10));
    for (let digit = 0; digit < 10; digit++) {
      const share = first.filter((x) => x === digit).length;
      expect(share).toBeGreaterThan(140);
      expect(share).toBeLessThan(260);
    }
  });

  test('int is uniform over its range', () => {
    const rng = createRng(5);
    const counts = [0, 0, 0];
    for (let i = 0; i < 9000; i++) counts[rng.int(3)]!++;
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(200);
    expect(rng.int(1)).toBe(0);
    expect(() => rng.int(0)).toThrow(RangeError);
  });

  test('float stays in [0, 1)', () => {
    const rng = createRng(6);
    const draws = Array.from({ length: 1000 }, () => rng.float());
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(draws.reduce((a, b) => a + b, 0) / 1000).toBeCloseTo(0.5, 1);
  });

  test('shuffle keeps every item, leaves its input alone and puts each everywhere', () => {
    const rng = createRng(9);
    const input = items.slice();
    expect(rng.shuffle(input).toSorted((a, b) => a - b)).toEqual(items);
    expect(input).toEqual(items);
    const places = new Set(Array.from({ length: 400 }, () => rng.shuffle(items).indexOf(0)));
    expect(places.size).toBe(30);
  });

  test('sample takes without replacement, all when asked for more', () => {
    const rng = createRng(10);
    expect(new Set(rng.sample(items, 7)).size).toBe(7);
    expect(rng.sample(items, 99)).toHaveLength(30);
    expect(rng.sample(items, 0)).toEqual([]);
  });

  test('pick refuses an empty list', () => expect(() => createRng(1).pick([])).toThrow(RangeError));
});

describe('deriveSeed', () => {
  test('keeps labels, their order and their kind apart', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(2),
      deriveSeed(1, 'a', 'b'),
      deriveSeed(1, 'b', 'a'),
      deriveSeed(1, 'ab'),
      deriveSeed(1, 1),
      deriveSeed(1, '1'),
      deriveSeed(1, '"'),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
    for (const seed of seeds) {
      expect(Number.isInteger(seed)).toBe(true);
      expect(seed).toBeGreaterThanOrEqual(0);
      expect(seed).toBeLessThan(2 ** 31);
    }
    expect(deriveSeed(1, 'a', 'b')).toBe(seeds[2]);
  });
});
