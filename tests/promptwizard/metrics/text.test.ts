import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { MetricSpec, Row } from '../../../src/promptwizard/types.ts';

const row = (answer: string): Row => ({ id: 'r', question: 'What?', answer, origin: 'user' });
const score = (kind: 'exact' | 'contains' | 'similarity', output: string, answer: string) => {
  const metric = metricOf({ kind } as MetricSpec);
  return metric.score(metric.read(output), row(answer));
};

describe('exact', () => {
  test.each([
    ['<answer>Paris</answer>', 'paris', 1],
    ['<answer>**“Paris”**.</answer>', 'Paris', 1],
    ['<answer>ﬁve  words\nhere</answer>', 'five words here', 1],
    ['<answer>Zu\u0308rich</answer>', 'Zürich', 1],
    ['<answer>```\nParis\n```</answer>', 'Paris', 1],
    ['<answer>- Paris</answer>', 'Paris', 1],
    ['<answer>Paris, France</answer>', 'Paris', 0],
    ['<answer>C#</answer>', 'C', 0],
    ['<answer>C++</answer>', 'C', 0],
    ['<answer>-5</answer>', '5', 0],
    ['<answer>?</answer>', '!', 0],
    ['<answer>?</answer>', '?', 1],
    ['The answer is Paris.', 'Paris', 1],
    ['Here you are:\n\nParis', 'Paris', 1],
    ['Paris is a city.', 'Paris', 0],
    ['', '', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score('exact', output, answer)).toBe(wanted));
});

describe('contains', () => {
  test.each([
    ['It lies in Paris, I think.', 'Paris', 1],
    ['<answer>16</answer>', '6', 0],
    ['6 of 16', '6', 1],
    ['Parisians', 'Paris', 0],
    ['Paris at first, <answer>Rome</answer>', 'Paris', 0],
    ['他住在巴黎附近', '巴黎', 1],
    ['anything', '', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score('contains', output, answer)).toBe(wanted));
});

describe('similarity', () => {
  test.each([
    ['<answer>the cat sat</answer>', 'the cat sat', 1],
    ['<answer>The cat, sat!</answer>', 'the cat sat', 1],
    ['Answer: the cat sat', 'the cat sat', 1],
    ['<answer>the cat</answer>', 'the cat sat on it', 4 / 7],
    ['<answer>cat cat cat</answer>', 'cat', 0.5],
    ['<answer>dog</answer>', 'cat', 0],
    ['<answer>巴黎</answer>', '巴黎市', 0.8],
    ['', 'cat', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score('similarity', output, answer)).toBeCloseTo(wanted, 12));
});
