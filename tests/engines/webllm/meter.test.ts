import { expect, it } from 'vitest';
import { createMeter } from '../../../src/engines/webllm/meter.ts';

it('tells the seconds left from the last ten, and counts kept bytes as done but not as speed', () => {
  let now = 0;
  const meter = createMeter(() => now);
  meter.total = 10_000;
  expect(meter.secondsLeft()).toBeNull();
  meter.skip(4_000);
  now = 2_000;
  expect(meter.secondsLeft()).toBeNull();
  meter.add(2_000); // 2,000 bytes in 2 s: 4 s for the rest
  expect(meter.secondsLeft()).toBe(4);
  now = 60_000; // silence: nothing to go by
  expect(meter.secondsLeft()).toBeNull();
  meter.add(-1_000);
  expect(meter.done).toBe(5_000);
});
