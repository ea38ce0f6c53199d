import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import { isNumber } from '../../../src/promptwizard/metrics/numerals.ts';
import type { Row } from '../../../src/promptwizard/types.ts';

const number = metricOf({ kind: 'number' });
const row = (answer?: string): Row => ({ id: 'r', question: 'How many?', answer, origin: 'user' });
const score = (output: string, answer: string, metric = number) => metric.score(metric.read(output), row(answer));

describe('a number in an answer mark', () => {
  test.each([
    ['42', '42'],
    ['042', '42'],
    ['-5', '-5'],
    ['−5', '-5'],
    ['minus 5', '-5'],
    ['+5', '5'],
    ['-0', '0'],
    ['1,234', '1234'],
    ['1,234,567.8', '1234567.8'],
    ['12,34,567', '1234567'],
    ['1\u00a0234\u202f567', '1234567'],
    ["1'234'567", '1234567'],
    ['1.234.567', '1234567'],
    ['1.234,5', '1234.5'],
    ['1.234', '1.234'],
    ['3,5', '3.5'],
    ['0,125', '0.125'],
    ['(3,5)', '5'],
    ['1,2,3', '3'],
    ['$1,200', '1200'],
    ['-$5', '-5'],
    ['$-5.50', '-5.5'],
    ['5 €', '5'],
    ['45%', '45%'],
    ['45 percent', '45%'],
    ['3/4', '0.75'],
    ['½', '0.5'],
    ['1½', '1.5'],
    ['1 3/4', '1.75'],
    ['\\frac{3}{4}', '0.75'],
    ['1{,}234', '1234'],
    ['\\$5', '5'],
    ['1.5e3', '1500'],
    ['1.5 × 10^3', '1500'],
    ['1.5 \\times 10^{3}', '1500'],
    ['2×10⁻³', '0.002'],
    ['2^10', '1024'],
    ['3 million', '3000000'],
    ['five', '5'],
    ['Twenty-one apples', '21'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['5km', '5'],
    ['5 m²', '5'],
    ['**5**', '5'],
    ['2 + 3 = 5', '5'],
    ['٤٢', '42'],
    ['４２', '42'],
    ['共5個', '5'],
    ['12345678901234567890', '12345678901234567890'],
    ['5 or 6', null],
    ['B2', null],
    ['none', null],
    ['1e999', null],
  ])('%j reads %j', (answer, wanted) => expect(number.read(`So: <answer>${answer}</answer>`)).toBe(wanted));
});

describe('a number in an unmarked reply', () => {
  test.each([
    ['I have 2 apples and 3 pears, so 5 fruits.', '5'],
    ['Answer: First I count 2 apples. Then 3 pears. So there are 5', '5'],
    ['The answer is 5 because 2 and 3 make 5', '5'],
    ['1. two apples\n2. three pears\nSo I have five.', null],
    ['1. 2 apples\n2. 3 pears', '3'],
    ['Step 1: add them\nStep 2: there is none', null],
    ['3. It is the third.', '3'],
    ['The total is 12.50.', '12.5'],
    ['No one knows.', null],
    ['<think>it may be 4</think>', null],
    ['', null],
  ])('%j reads %j', (output, wanted) => expect(number.read(output)).toBe(wanted));

  test('an unreadable marked answer is not replaced by luck', () => {
    expect(number.read('I see 5. <answer>unknown</answer>')).toBeNull();
  });
});

describe('scoring a number', () => {
  test.each([
    ['<answer>5.0</answer>', '5', 1],
    ['<answer>1,000</answer>', '$1000', 1],
    ['<answer>0.1</answer>', '0.3', 0],
    ['<answer>0.30000000000000004</answer>', '0.3', 1],
    ['<answer>45%</answer>', '45', 1],
    ['<answer>0.45</answer>', '45%', 1],
    ['<answer>45%</answer>', '0.45', 1],
    ['<answer>4.5</answer>', '45%', 0],
    ['<answer>12345678901234567891</answer>', '12345678901234567890', 0],
    ['<answer>72</answer>', 'She sold 48 + 24 = 72.\n#### 72', 1],
    ['<answer>x</answer>', 'x', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score(output, answer)).toBe(wanted));

  test('allows the absolute or the relative tolerance', () => {
    const absolute = metricOf({ kind: 'number', tolerance: 0.5 });
    const relative = metricOf({ kind: 'number', relative: 0.1 });
    expect(score('<answer>10.5</answer>', '10', absolute)).toBe(1);
    expect(score('<answer>10.6</answer>', '10', absolute)).toBe(0);
    expect(score('<answer>109</answer>', '100', relative)).toBe(1);
    expect(score('<answer>111</answer>', '100', relative)).toBe(0);
    expect(score('<answer>-95</answer>', '-100', relative)).toBe(1);
  });

  test('knows the rows that it cannot score', () => {
    expect(number.canScore(row('7'))).toBe(true);
    expect(number.canScore(row('seven'))).toBe(true);
    expect(number.canScore(row('many'))).toBe(false);
    expect(number.canScore(row())).toBe(false);
  });
});

test.each([
  ['5', true],
  ['$1,200.50', true],
  ['-5', true],
  ['45%', true],
  ['5 km', true],
  ['3/4', true],
  ['2024-05-12', false],
  ['3:45', false],
  ['5 apples and pears', false],
  ['B2', false],
  ['(A)', false],
  ['', false],
])('%j alone is a number: %s', (text, wanted) => expect(isNumber(text)).toBe(wanted));
