import { describe, expect, test } from 'vitest';
import { metricOf, readingOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { Row } from '../../../src/promptwizard/types.ts';
import { evaluate } from '../../sandbox/inProcess.ts';

const row = (answer: string): Row => ({ id: 'r', question: 'Which?', answer, origin: 'user' });
const reading = (pattern: string, output: string, answer: string, flags = '') =>
  readingOf(metricOf({ kind: 'regex', pattern, flags }), output, row(answer), evaluate);

describe('a pattern that reads the answer', () => {
  test.each<[string, string, string, string | null, number]>([
    ['Answer: (.+)', 'Answer: Paris', 'paris', 'Paris', 1],
    ['Answer: (.+)', 'Answer: Rome\nNo. Answer: **Paris**.', 'Paris', '**Paris**.', 1],
    ['Answer: (.+)', 'Paris', 'Paris', null, 0],
    ['Answer: (.+)', '<think>Answer: Paris</think>Answer: Rome', 'Paris', 'Rome', 0],
    ['\\d+', '3 of 16', '16', '16', 1],
    ['\\d+', '3 of 16', '6', '16', 0],
    ['(?:A: (\\w+)|B: (\\w+))', 'A: x, B: y', 'y', 'y', 1],
    ['(\\d*)', '12 apples', '12', '12', 1],
    ['x*', 'abc', 'abc', null, 0],
    ['\\$&|\\{\\{name\\}\\}', 'a $& b', '$&', '$&', 1],
  ])('%s in %j against %j reads %j', async (pattern, output, answer, read, score) =>
    expect(await reading(pattern, output, answer)).toEqual({ read, score }),
  );

  test('flags say how letters and lines are looked at', async () => {
    expect(await reading('^answer: (.+)$', 'So:\nANSWER: x\nbye', 'x', 'im')).toEqual({ read: 'x', score: 1 });
  });
});

describe('a pattern with {{answer}}', () => {
  test.each<[string, string, string, string | null, number]>([
    ['^{{answer}}$', 'Paris', 'Paris', 'Paris', 1],
    ['^{{answer}}$', 'Paris!', 'Paris', 'Paris!', 0],
    ['is {{ answer }}\\b', 'It is C++ (1.0)', 'C++ (1', 'is C++ (1', 1],
    ['{{answer}}', 'a $& b', '$&', '$&', 1],
    ['{{answer}}', 'x', '.', 'x', 0],
    ['{{answer}}', '', 'x', null, 0],
  ])('%s in %j against %j is %d', async (pattern, output, answer, read, score) =>
    expect(await reading(pattern, output, answer)).toEqual({ read, score }),
  );
});

test('a pattern that runs away counts for no candidate', async () => {
  const found = await reading('(a+)+$', `${'a'.repeat(40)}c`, 'a');
  expect(found).toEqual({ read: null, score: 0, error: 'Your pattern took too long and was stopped.' });
});
