import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { Row } from '../../../src/promptwizard/types.ts';

const tone = metricOf({ kind: 'label', labels: ['positive', 'very positive', 'negative', 'mixed_tone'] });
const yesNo = metricOf({ kind: 'label', labels: ['Yes', 'No'] });
const row = (answer: string): Row => ({ id: 'r', question: 'Which?', answer, origin: 'user' });

describe('a label in an answer mark', () => {
  test.each([
    ['positive', 'positive'],
    ['Positive.', 'positive'],
    ['**Very Positive**', 'very positive'],
    ['very-positive', 'very positive'],
    ['Mixed tone', 'mixed_tone'],
    ['It is negative', 'negative'],
    ['positive, even very positive', null],
    ['positive or negative', null],
    ['not positive', null],
    ['non-positive', null],
    ['positively', null],
    ['neutral', null],
  ])('%j reads %j', (answer, wanted) => expect(tone.read(`<answer>${answer}</answer>`)).toBe(wanted));
});

describe('a label in an unmarked reply', () => {
  test.each([
    ['No.', 'No'],
    ['Yes, you do.', 'Yes'],
    ['No, you do not return to the starting point.', 'No'],
    ['Yes, there is no turn.', 'Yes'],
    ['The answer is No. Yes would need a turn.', 'No'],
    ['First I go left.\nThen right.\nSo the answer is: Yes', 'Yes'],
    ['First I go left.\n\n**No**', 'No'],
    ['Yes or no?', null],
    ['There is no turn and I end at the start.', null],
    ['', null],
  ])('%j reads %j', (output, wanted) => expect(yesNo.read(output)).toBe(wanted));

  test('a word in the middle of a long reply is no answer', () => {
    const steps = 'We walk on and on past the old mill and the river and the bridge. '.repeat(6);
    expect(yesNo.read(`${steps}Oh yes indeed we do walk along there and ${steps}`)).toBeNull();
    expect(yesNo.read(`Yes.\n${steps}\n${steps}`)).toBe('Yes');
  });
});

test('labels touch their neighbours only where no spaces are written', () => {
  const chinese = metricOf({ kind: 'label', labels: ['正面', '负面'] });
  expect(chinese.read('<answer>是正面的</answer>')).toBe('正面');
  expect(chinese.read('<answer>正面和负面</answer>')).toBeNull();
});

test('scores by label, however the row writes it', () => {
  expect(tone.score(tone.read('<answer>VERY POSITIVE</answer>'), row('Very positive'))).toBe(1);
  expect(tone.score(tone.read('<answer>positive</answer>'), row('Very positive'))).toBe(0);
  expect(tone.canScore(row('neutral'))).toBe(false);
  expect(tone.score(null, row('neutral'))).toBe(0);
});

test('labels that look like patterns are plain text', () => {
  const odd = metricOf({ kind: 'label', labels: ['C++', 'C', '$&', '(.*)'] });
  expect(odd.read('<answer>C++</answer>')).toBe('C++');
  expect(odd.read('<answer>$&</answer>')).toBe('$&');
  expect(odd.read('<answer>anything</answer>')).toBeNull();
  expect(metricOf({ kind: 'label', labels: [] }).read('x')).toBeNull();
});

describe('synonyms', () => {
  const metric = metricOf({
    kind: 'label',
    labels: ['Yes', 'No', 'very good'],
    synonyms: { yes: ['yep', 'very well', 'true'], No: ['false', 'yes'] },
  });
  test.each([
    ['yep', 'Yes'],
    ['Very well!', 'Yes'],
    ['very-good', 'very good'],
    ['It is false.', 'No'],
    ['true, not false', null],
    ['yes', 'Yes'],
    ['untrue', null],
  ])('%j reads %j', (answer, wanted) => expect(metric.read(`<answer>${answer}</answer>`)).toBe(wanted));

  test('stand for their label in a row’s answer too, and are not what a prompt must keep', () => {
    expect(metric.score(metric.read('<answer>Yep</answer>'), row('TRUE'))).toBe(1);
    expect(metric.labels).toEqual(['Yes', 'No', 'very good']);
    expect(metric.describe()).toBe('one of Yes, No, very good');
  });
});
