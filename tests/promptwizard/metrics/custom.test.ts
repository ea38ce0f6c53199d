import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricOf, readingOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { Row } from '../../../src/promptwizard/types.ts';
import { evaluate } from '../../sandbox/inProcess.ts';

const row: Row = { id: 'r7', question: 'How many?', inputs: { place: 'sea' }, answer: '3', reasoning: 'secret', origin: 'user' };
const custom = (code: string) => metricOf({ kind: 'custom', code });
const reading = (code: string, output = '<answer>3</answer>', of = row) => readingOf(custom(code), output, of, evaluate);

describe('the user’s own function', () => {
  test.each<[string, number]>([
    ['(output, row) => output.includes(row.answer) ? 1 : 0', 1],
    ['(output, row) => output.includes(row.answer)', 1],
    ['() => false', 0],
    ['() => 0.25', 0.25],
    ['() => 7', 1],
    ['() => -7', 0],
    ['() => -0', 0],
  ])('%s scores %d', async (code, score) => expect(await reading(code)).toEqual({ read: '3', score: score + 0 }));

  test('gets the reply without its thinking, and of the row what it may know', async () => {
    const code = (wanted: unknown) => `(output, row) => JSON.stringify([output, row]) === ${JSON.stringify(JSON.stringify(wanted))}`;
    const seen = ['So <answer>3</answer>', { id: 'r7', question: 'How many?', inputs: { place: 'sea' }, answer: '3' }];
    expect(await reading(code(seen), '<think>4?</think>So <answer>3</answer>')).toEqual({ read: '3', score: 1 });
    const open = await reading('(output, row) => !("answer" in row)', 'x', { id: 'a', question: 'q', origin: 'user' });
    expect(open).toEqual({ read: 'x', score: 1 });
  });

  test.each([
    ['() => NaN', 'Your metric gave back NaN instead of a number from 0 to 1.'],
    ['() => 1 / 0', 'Your metric gave back Infinity instead of a number from 0 to 1.'],
    ['() => "1"', 'Your metric gave back the text “1” instead of a number from 0 to 1.'],
    ['() => {}', 'Your metric gave back nothing instead of a number from 0 to 1.'],
    ['() => [1]', 'Your metric gave back a list instead of a number from 0 to 1.'],
    ['() => null', 'Your metric gave back nothing instead of a number from 0 to 1.'],
    ['() => x', "Your metric threw ReferenceError: 'x' is not defined."],
    ['() => { for (;;); }', 'Your metric took too long and was stopped.'],
  ])('%s gives no score but a sentence', async (code, error) => expect(await reading(code)).toMatchObject({ score: 0, error }));

  test('reads an empty reply as empty, and may score it', async () =>
    expect(await reading('(output) => output === ""', '')).toEqual({ read: '', score: 1 }));

  test('a score is always in [0, 1], or there is a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.double(), fc.jsonValue(), fc.string({ unit: 'binary' })),
        fc.string({ unit: 'binary' }),
        async (value, output) => {
          const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
          const found = await reading(`() => (${text})`, output);
          expect(found.score).toBeGreaterThanOrEqual(0);
          expect(found.score).toBeLessThanOrEqual(1);
          const counts = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
          expect(found.error === undefined).toBe(counts);
        },
      ),
      { numRuns: 100 },
    );
  });
});
