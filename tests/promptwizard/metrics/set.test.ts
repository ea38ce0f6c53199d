import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { Row } from '../../../src/promptwizard/types.ts';

const row = (answer: string): Row => ({ id: 'r', question: 'Which?', answer, origin: 'user' });
const score = (output: string, answer: string, threshold?: number) => {
  const metric = metricOf({ kind: 'set', ...(threshold === undefined ? {} : { threshold }) });
  return metric.score(metric.read(output), row(answer));
};

describe('set', () => {
  test.each([
    ['<answer>apple, pear</answer>', 'pear, apple', 1],
    ['<answer>Apple; **Pear**.</answer>', 'apple\npear', 1],
    ['<answer>- apple\n- pear</answer>', 'apple, pear', 1],
    ['<answer>1. apple\n2) pear</answer>', 'apple, pear', 1],
    ['<answer>["apple", "pear"]</answer>', 'apple, pear', 1],
    ['<answer>```json\n["apple"]\n```</answer>', 'apple', 1],
    ['<answer>apple, pear, and fig</answer>', 'apple, pear, fig', 1],
    ['<answer>salt and pepper, oil</answer>', 'oil, salt and pepper', 1],
    ['<answer>apple, apple, pear</answer>', 'apple, pear', 1],
    ['<answer>apple</answer>', 'apple, pear', 2 / 3],
    ['<answer>apple, fig, plum</answer>', 'apple, pear', 2 / 5],
    ['<answer>fig</answer>', 'apple, pear', 0],
    ['<answer>[]</answer>', '[]', 1],
    ['<answer>[]</answer>', 'apple', 0],
    ['<answer>林檎、梨</answer>', '梨，林檎', 1],
    ['I see these: apple, pear', 'pear, apple', 1],
    ['I see:\n- pear\n- apple', 'pear, apple', 1],
    ['I looked.\n["pear", "apple"]', 'pear, apple', 1],
    ['I looked.\n```\n["pear", "apple"]\n```', 'pear, apple', 1],
    ['', 'apple', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score(output, answer)).toBeCloseTo(wanted, 12));

  test.each([
    [0.6, 1],
    [2 / 3, 1],
    [0.7, 0],
    [1, 0],
  ])('with a threshold of %d an F1 of two thirds is %d', (threshold, wanted) =>
    expect(score('<answer>apple</answer>', 'apple, pear', threshold)).toBe(wanted),
  );

  test('an answer without an item cannot be scored', () => {
    const metric = metricOf({ kind: 'set' });
    expect(metric.canScore(row(' , ;\n'))).toBe(false);
    expect(metric.canScore(row('[]'))).toBe(true);
    expect(metric.read('<answer>,</answer>')).toBeNull();
  });
});
