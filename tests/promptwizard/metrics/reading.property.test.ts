import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import { markAnswer } from '../../../src/promptwizard/metrics/reading.ts';
import type { MetricSpec, Row } from '../../../src/promptwizard/types.ts';

const LABELS = ['Yes', 'No', 'very positive', 'positive', 'not_spam', '正面', 'خبر', 'C++', '$&', '🙂'];
const LETTERS = ['A', 'B', 'C', 'I'];
const row = (answer: string): Row => ({ id: 'r', question: 'Which?\n(A) one\n(B) two\n(C) three', answer, origin: 'user' });
const free = (text: string) => text.trim() !== '' && !/<[\s/]*(?:answer|think)/i.test(text) && !/^\s*(?:\.{3}|…)\s*$/.test(text);

/** Texts that replies are made of, with what breaks readers. */
const pieces = fc.constantFrom(
  ...['<answer>', '</answer>', '< answer', '<think>', '</think>', '\\boxed{', '}', '####', 'The final answer is', 'Answer:', '\n', ' '],
  ...[
    '5',
    '1,234',
    '-',
    '.',
    '3/4',
    '%',
    '$&',
    '$1',
    '\\frac{',
    '(A)',
    'B',
    'Yes',
    'no',
    'not ',
    '🙂',
    '\u202eخبر\u202c',
    '\ud83d',
    '\0',
    '**',
    '```',
  ],
);
const reply = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 40 }).map((p) => p.join('')),
);

const text = fc
  .oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('$&', 'שלום', '👩‍👩‍👧', 'a\nb', '"x"', '**b**'))
  .filter(free);
const KINDS: { spec: MetricSpec; answers: fc.Arbitrary<string> }[] = [
  { spec: { kind: 'exact' }, answers: text },
  { spec: { kind: 'contains' }, answers: text },
  { spec: { kind: 'similarity' }, answers: text },
  {
    spec: { kind: 'number' },
    answers: fc.oneof(
      fc.integer().map(String),
      fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }).map(String),
      fc.integer().map((n) => `$${n.toLocaleString('en-US')}`),
      fc.integer({ min: 0, max: 100 }).map((n) => `${n} %`),
    ),
  },
  { spec: { kind: 'choice', letters: LETTERS }, answers: fc.constantFrom('A', '(B)', 'c', '[C]', 'I', 'A.') },
  {
    spec: { kind: 'json' },
    answers: fc
      .json({ maxDepth: 4, stringUnit: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) })
      .filter((json) => !/<[\s/]*(?:answer|think)/i.test(json)),
  },
  {
    spec: { kind: 'json', schema: { type: 'array', items: { type: ['number', 'string'] } } },
    answers: fc.array(fc.oneof(fc.integer(), fc.string().filter(free))).map((v) => JSON.stringify(v)),
  },
  {
    spec: { kind: 'set' },
    answers: fc.oneof(
      fc.array(fc.string().filter(free)).map((v) => JSON.stringify(v)),
      fc.uniqueArray(fc.constantFrom('apple', 'Fig', 'red plum', '梨', 'C++'), { minLength: 1 }).map((v) => v.join(', ')),
    ),
  },
  { spec: { kind: 'set', threshold: 0.5 }, answers: fc.constantFrom('apple', 'a; b', '- x\n- y') },
  {
    spec: { kind: 'label', labels: LABELS, synonyms: { Yes: ['yep', 'נכון', '$1'], positive: ['rather good'] } },
    answers: fc.constantFrom('yep', 'Rather Good', '$1', ...LABELS),
  },
  { spec: { kind: 'label', labels: LABELS }, answers: fc.constantFrom(...LABELS, 'YES', 'Very Positive') },
];

describe.each(KINDS)('$spec.kind', ({ spec, answers }) => {
  const metric = metricOf(spec);

  test('reads any reply without an error, and scores it in [0, 1]', () => {
    fc.assert(
      fc.property(reply, answers, (output, answer) => {
        const score = metric.score(metric.read(output, row(answer)), row(answer));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
  });

  test('reads its own answers back from the mark', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        expect(metric.canScore(row(answer))).toBe(true);
        expect(metric.score(metric.read(markAnswer(answer)), row(answer))).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  test('what stands before the mark changes nothing', () => {
    fc.assert(
      fc.property(reply, answers, (before, answer) => {
        fc.pre(!/<\s*think/i.test(before));
        expect(metric.read(before + markAnswer(answer))).toBe(metric.read(markAnswer(answer)));
      }),
      { numRuns: 400 },
    );
  });

  test('an unreadable reply scores nothing', () => expect(metric.score(null, row('5'))).toBe(0));

  // A reader that looks at each character once for every other runs into the limit of the test.
  test.each(
    [
      ' ', '\n', '1', '1,', '111,', '1.', '1 ', '.', '!', '#', '*', '-', '(', '(A', 'A ', '<', '< ', '<answer>', '<answer></answer>', '</answer>',
      '<think>', '<think></think>', '\\boxed{', '\\frac{', '{', 'answer ', 'answer:', 'final answer is\n', 'answer to the ', 'no ', 'not Yes ',
      'very ', '1/', '1e', '10^', '½', 'a', 'é', '🙂', '\u0301', '\u00a0', '\u202e', '`', '```', '_', 'twenty ', '- (A) x\n', '1. x\n', 'x. ',
    ],
  )('gets through 100,000 characters of %j', (unit) => {
    const long = unit.repeat(Math.ceil(100_000 / unit.length));
    for (const output of [`${long}x`, `x ${long} <answer>5`, `<answer>${long}</answer>`]) {
      const score = metric.score(metric.read(output, row('5')), row('5'));
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  }, 20_000);
}); // prettier-ignore
