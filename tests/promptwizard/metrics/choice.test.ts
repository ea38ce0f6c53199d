import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { Row } from '../../../src/promptwizard/types.ts';

const choice = metricOf({ kind: 'choice', letters: ['A', 'B', 'C'] });
const row: Row = {
  id: 'r',
  question: 'Which one is it?\nOptions:\n(A) Named Entities\n(B) Numerical Values\n(C) Facts',
  answer: '(B)',
  origin: 'user',
};

describe('a letter in an answer mark', () => {
  test.each([
    ['B', 'B'],
    ['b', 'B'],
    ['(B)', 'B'],
    ['[b]', 'B'],
    ['**(B)**', 'B'],
    ['B.', 'B'],
    ['B) Numerical Values', 'B'],
    ['(B) Numerical Values', 'B'],
    ['(A) Vitamin C', 'A'],
    ['Option B', 'B'],
    ['\\text{B}', 'B'],
    ['A man did it', null],
    ['(A) or (B)', null],
    ['A or B', null],
    ['D', null],
    ['none', null],
    ['', null],
  ])('%j reads %j', (answer, wanted) => expect(choice.read(`<answer>${answer}</answer>`)).toBe(wanted));

  test('the text of an option stands for its letter when the question is at hand', () => {
    expect(choice.read('<answer>Numerical values.</answer>', row)).toBe('B');
    expect(choice.read('<answer>Numerical values.</answer>')).toBeNull();
    expect(choice.read('<answer>Values</answer>', row)).toBeNull();
    const inline = { ...row, question: 'Which? (A) red apple (B) green pear' };
    expect(choice.read('green pear', inline)).toBe('B');
    const twice = { ...row, question: 'Which?\n(A) same\n(B) same' };
    expect(choice.read('<answer>same</answer>', twice)).toBeNull();
  });
});

describe('a letter in an unmarked reply', () => {
  test.each([
    ['(B)', 'B'],
    ['B', 'B'],
    ['(B) Numerical Values', 'B'],
    ['The correct answer is (B).', 'B'],
    ['The answer is B. The number was changed.', 'B'],
    ['(A) is about names.\n(C) is about facts.\nTherefore it is (B).', 'B'],
    ['(A) is about names.\n(C) is about facts.\n(B) is about numbers.', null],
    ['It is (A) or (B).', null],
    ['A wise man would say nothing.', null],
    ['I do not know. Vitamin C is healthy, they say.', null],
    ['Option (C) it is, as I showed.\nI hope this helps.', 'C'],
    ['', null],
  ])('%j reads %j', (output, wanted) => expect(choice.read(output)).toBe(wanted));
});

test('scores by letter, however the row writes it', () => {
  for (const answer of ['(B)', 'B', 'b)', 'Numerical Values']) {
    expect(choice.score(choice.read('<answer>(b)</answer>'), { ...row, answer })).toBe(1);
    expect(choice.score(choice.read('<answer>(A)</answer>'), { ...row, answer })).toBe(0);
  }
  expect(choice.score(null, row)).toBe(0);
  expect(choice.canScore({ ...row, answer: 'D' })).toBe(false);
});

test('letters may be given in brackets', () => {
  const bracketed = metricOf({ kind: 'choice', letters: ['(A)', '(B)'] });
  expect(bracketed.score(bracketed.read('(B)'), row)).toBe(1);
  expect(bracketed.describe()).toBe('one of (A), (B)');
});

test('letters that look like patterns are plain text', () => {
  const odd = metricOf({ kind: 'choice', letters: ['A-1', 'A+', '(.*)'] });
  expect(odd.read('<answer>A-1</answer>')).toBe('A-1');
  expect(odd.read('<answer>a+</answer>')).toBe('A+');
  expect(odd.read('<answer>x</answer>')).toBeNull();
  expect(metricOf({ kind: 'choice', letters: [] }).read('(A)')).toBeNull();
});
