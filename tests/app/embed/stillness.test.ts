import { beforeEach, describe, expect, it } from 'vitest';
import { stillness, type Stillness } from '../../../src/app/embed/stillness.ts';

let now: number;
let still: Stillness;
beforeEach(() => {
  now = 0;
  still = stillness(() => now);
});
const after = (ms: number, inFront = true): boolean => {
  now += ms;
  return still.look(inFront);
};

describe('a window is still', () => {
  it('after a second in front, and stays so', () => {
    expect([after(0), after(999), after(1), after(60_000)]).toEqual([false, false, true, true]);
  });

  it('not while it is behind another, and a second after that', () => {
    expect([after(0), after(2_000), after(1, false), after(1), after(999), after(1)]).toEqual([false, true, false, false, false, true]);
  });

  it('never while somebody clicks on and on', () => {
    after(0);
    for (let i = 0; i < 50; i++) {
      expect(after(500)).toBe(false);
      still.disturb();
      expect(after(0)).toBe(false);
    }
    expect(after(1_000)).toBe(true);
  });
});
