import { describe, expect, test } from 'vitest';
import { chooseMetric } from '../../../src/promptwizard/metrics/choose.ts';
import { contractFor, labelsOf } from '../../../src/promptwizard/metrics/reading.ts';
import type { MetricSpec, Row } from '../../../src/promptwizard/types.ts';

const rows = (...answers: (string | undefined)[]): Row[] =>
  answers.map((answer, i) => ({ id: `r${i}`, question: '(A) 5 (B) 6? yes or no', answer, origin: 'user' }));
const many = (times: number, ...answers: string[]) => rows(...Array.from({ length: times }, () => answers).flat());

describe('chooseMetric looks at all answers', () => {
  test.each<[string, Row[], MetricSpec | null]>([
    ['numbers', rows('5', '$1,200', '3.5 kg', '-2'), { kind: 'number' }],
    ['numbers but for one in eight', rows('5', '6', '7', '8', '9', '10', '11', 'unknown'), { kind: 'number' }],
    ['half numbers', rows('5', 'six apples', '7', 'unknown'), { kind: 'exact' }],
    ['bracketed letters', rows('(A)', '(C)', '(A)'), { kind: 'choice', letters: ['A', 'B', 'C'] }],
    ['bare letters', rows('A', 'b', 'A'), { kind: 'choice', letters: ['A', 'B'] }],
    ['one letter only', rows('A', 'A'), { kind: 'choice', letters: ['A', 'B'] }],
    ['letters of the end of the alphabet', rows('x', 'y', 'z'), { kind: 'exact' }],
    ['yes and no', rows('Yes', 'No', 'Yes'), { kind: 'label', labels: ['No', 'Yes'] }],
    ['yes alone', rows('yes', 'yes'), { kind: 'label', labels: ['no', 'yes'] }],
    ['few words that repeat', many(3, 'sports', 'World news', 'arts'), { kind: 'label', labels: ['arts', 'sports', 'World news'] }],
    ['words that do not repeat', rows('Paris', 'Rome', 'Oslo', 'Bern'), { kind: 'exact' }],
    [
      'sentences',
      rows('The firm grew by a tenth, mostly in Asia, and hired.', 'It rained for most of the week, so nobody came.'),
      { kind: 'similarity' },
    ],
    ['JSON objects, few of them different', many(3, '{"a": 1}', '{"a": 2}'), { kind: 'json' }],
    ['JSON but for one in five', rows('[1, 2]', '{"a":1}', '{"b":2}', '[]', 'none'), { kind: 'json' }],
    ['JSON but for half', rows('[1, 2]', '{"a":1}', 'Rome', 'Oslo'), { kind: 'exact' }],
    ['lists in any order', rows('pear, apple', 'fig, apple, pear', 'plum, fig', 'oil, fig, apple'), { kind: 'set' }],
    ['lists in the order of the alphabet', rows('apple, pear', 'apple, fig, pear', 'fig, plum', 'apple, fig'), { kind: 'exact' }],
    ['pairs of a town and its country', rows('Rome, Italy', 'Oslo, Norway', 'Bern, Switzerland', 'Paris, France'), { kind: 'exact' }],
    ['coordinates', rows('3, 4', '5, 6, 7', '1, 2', '9, 8, 7'), { kind: 'exact' }],
    ['words that were sorted', rows('apple fig pear', 'oil plum', 'a b c', 'x y'), { kind: 'exact' }],
    ['too few lists to tell', rows('pear, apple', 'fig, apple, pear'), { kind: 'exact' }],
    ['no answers', rows(undefined, '  '), null],
    ['no rows', [], null],
  ])('%s', (_, given, wanted) => expect(chooseMetric(given)).toEqual(wanted));
});

describe('contractFor', () => {
  test('says in one sentence how to mark the answer', () => {
    expect(contractFor({ kind: 'number' })).toBe('End with the number alone in <answer></answer> tags.');
    expect(contractFor({ kind: 'number' }, ' whole\ndollars. ')).toBe(
      'End with the number alone in <answer></answer> tags (whole dollars).',
    );
    expect(contractFor({ kind: 'choice', letters: ['A', 'B', 'C'] })).toContain('(A), (B) or (C)');
    expect(contractFor({ kind: 'label', labels: ['No', 'Yes'] })).toContain('No, Yes');
  });

  test('asks free text for nothing, or for the format alone', () => {
    expect(contractFor(null)).toBe('');
    expect(contractFor(null, 'three bullet points')).toBe('Give the answer in this form: three bullet points.');
  });

  test('labels are what a rewrite must keep', () => {
    expect(labelsOf({ kind: 'label', labels: ['No', 'Yes'] })).toEqual(['No', 'Yes']);
    expect(labelsOf({ kind: 'choice', letters: ['A', 'B'] })).toEqual(['(A)', '(B)']);
    expect(labelsOf({ kind: 'number' })).toEqual([]);
    expect(labelsOf(null)).toEqual([]);
  });
});
