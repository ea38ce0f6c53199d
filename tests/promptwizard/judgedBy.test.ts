/** Runs whose answers are judged by what the user wrote, or by what does not fit the rows. */
import { describe, expect, test } from 'vitest';
import { optimize } from '../../src/promptwizard/optimize.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { MetricSpec, Row } from '../../src/promptwizard/types.ts';
import { evaluate } from '../sandbox/inProcess.ts';
import { countingRows } from '../world/model.ts';
import { inputOf, modelFor, play, world } from './play.ts';

const scored = (events: RunEvent[]) => events.filter((event) => event.type === 'scored');
const play40 = (metric: MetricSpec, rows: Row[] = countingRows(40)) => {
  const input = inputOf({ plan: 'quick', task: { metric, rows } });
  return play(input, modelFor(inputOf({ task: { rows: countingRows(40) } }), world()));
};
const answered = (...answers: (string | undefined)[]): Row[] =>
  answers.map((answer, i) => ({ id: `r${i + 1}`, question: `Question ${i + 1}?`, answer, origin: 'user' }));
const refused = async (metric: MetricSpec | undefined, rows: Row[]) => {
  const { events } = await play(inputOf({ task: { metric, rows } }), { llm: () => Promise.reject(new Error('a call was made')) });
  return events;
};

describe('a metric of the user’s own', () => {
  test('that does what a built-in one does gives the same scores, and the same events again', async () => {
    const code = '(output, row) => (output.match(/\\d+/g) ?? []).at(-1) === row.answer';
    const own = await play40({ kind: 'custom', code });
    const again = await play40({ kind: 'custom', code });
    const pattern = await play40({ kind: 'regex', pattern: '\\d+' });
    expect(again.events).toEqual(own.events);
    const scores = (events: RunEvent[]) => scored(events).map(({ candidate, row, score }) => [candidate, row, score]);
    expect(scores(pattern.events)).toEqual(scores(own.events));
    expect(own.state.result).not.toBeNull();
    expect(new Set(scores(own.events).map(([, , score]) => score))).toEqual(new Set([0, 1]));
  });

  test('that throws on some rows leaves them out for every candidate, and says why', async () => {
    const code = '(output, row) => { if (row.id.endsWith("3")) throw new Error("no threes"); return output.includes(row.answer) }';
    const { events, state } = await play40({ kind: 'custom', code });
    const failed = scored(events).filter(({ error }) => error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ row, score, error }) => row.endsWith('3') && score === 0 && error === 'Your metric threw no threes.')).toBe(
      true,
    );
    const { verdict } = state.result!;
    const asked = state.split!.verdict.filter((row) => !row.endsWith('3')).length;
    for (const arm of [verdict.start, verdict.final]) if (arm) expect(arm.rows).toBeLessThanOrEqual(asked);
  });

  test('that fails on every real reply ends without a score, and keeps the user’s prompt', async () => {
    const code = '(output, row) => { if (output !== `<answer>${row.answer}</answer>`) throw new Error("not bare"); return 1 }';
    const { events, state } = await play40({ kind: 'custom', code });
    expect(scored(events).some(({ error }) => error !== undefined)).toBe(true);
    const { verdict } = state.result!;
    expect(verdict.result).toBe('c0');
    expect(verdict.outcome).not.toBe('better');
  });

  test('needs no right answers', async () => {
    const rows = countingRows(40).map(({ answer: _, ...row }) => row);
    const { state } = await play40({ kind: 'custom', code: '(output) => output.length > 20' }, rows);
    expect(state.split!.race.length).toBeGreaterThan(0);
    expect(state.split!.setAside).toEqual([]);
    expect(Object.values(state.candidates).every(({ candidate }) => candidate.demos.length === 0)).toBe(true);
    expect(state.result).not.toBeNull();
  });
});

describe('a metric that is of no use is refused before anything is spent', () => {
  test.each<[string, MetricSpec | undefined, Row[], RegExp]>([
    [
      'number on yes and no',
      { kind: 'number' },
      answered('Yes', 'No', 'Yes', undefined),
      /^None of the 3 answers in your rows \(“Yes”, “No”\) can be read as a number, so nothing could be scored\. Choose another way/,
    ],
    ['JSON on words', { kind: 'json' }, answered('a', 'b', 'c', 'd'), /\(“a”, “b”, “c”, …\) can be read as JSON/],
    [
      'a choice on one number',
      { kind: 'choice', letters: ['A', 'B'] },
      answered('7'),
      /^The answer in your rows \(“7”\) cannot be read as one of \(A\), \(B\)/,
    ],
    ['labels that are not there', { kind: 'label', labels: ['up', 'down'] }, answered('left', 'right'), /one of up, down/],
    ['an empty pattern', { kind: 'regex', pattern: '' }, answered('a'), /Write a pattern/],
    ['a pattern that does not compile', { kind: 'regex', pattern: '(' }, answered('a'), /not valid/],
    ['code that is no function', { kind: 'custom', code: '42' }, answered('a'), /^Your metric is not a function\.$/],
    ['code that does not parse', { kind: 'custom', code: '(output =>' }, answered('a'), /is not a JavaScript function/],
    [
      'code that always throws',
      { kind: 'custom', code: '() => nothing' },
      answered('a', 'b'),
      /threw ReferenceError: 'nothing' is not defined/,
    ],
    ['code that gives NaN', { kind: 'custom', code: '(o, row) => Number("x")' }, answered('a'), /gave back NaN/],
    ['code that is no function, without rows', { kind: 'custom', code: '42' }, [], /^Your metric is not a function\.$/],
    ['code that does not parse, without rows', { kind: 'custom', code: 'if' }, [], /is not a JavaScript function/],
    ['code that loops', { kind: 'custom', code: '() => { for (;;); }' }, answered('a'), /took too long and was stopped/],
    ['a checklist without criteria', { kind: 'checklist', criteria: [] }, [], /yes-or-no question/],
    ['a schema that cannot be checked', { kind: 'json', schema: { format: 'x' } }, answered('{}'), /“format”/],
  ])('%s', async (_, metric, rows, said) => {
    const error = await refused(metric, rows).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'input', field: 'metric', code: 'unusable', message: expect.stringMatching(said) });
  });

  test('code that fails on some of the rows is taken', async () => {
    const code = '(output, row) => { if (row.answer === "a") throw 1; return 1 }';
    const events = optimize(
      inputOf({ task: { metric: { kind: 'custom', code }, rows: answered('a', 'b') } }),
      () => Promise.reject(new Error('asked')),
      {
        countTokens: () => 1,
        stopped: () => false,
        reviewRows: ({ rows }) => Promise.resolve(rows),
        runUntrusted: evaluate,
      },
    );
    expect((await events.next()).value).toMatchObject({ type: 'run-started' });
  });
});

describe('answers of mixed types', () => {
  test('are set aside one by one, by number and with what they say', async () => {
    const rows = countingRows(20).map((row, i) =>
      i === 2 ? { ...row, answer: 'unknown' } : i === 4 ? { ...row, answer: ' ' } : i === 6 ? { ...row, answer: '{"n": "many"}' } : row,
    );
    const { state } = await play40({ kind: 'number' }, rows);
    expect(state.split!.setAside.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['no-answer', 'Row 3: its answer “unknown” can not be read as a number.'],
      ['no-answer', 'Row 5 has no answer to compare with.'],
      ['no-answer', 'Row 7: its answer “{"n": "many"}” can not be read as a number.'],
    ]);
  });
});

describe('labels', () => {
  test('are reported with macro-F1 beside accuracy, on the same rows', async () => {
    const rows = countingRows(40).map((row, i) => ({ ...row, answer: i % 4 === 0 ? 'yes' : 'no' }));
    const input = inputOf({ plan: 'quick', task: { rows } });
    // Says "no" to everything: three of four are right, and one label is never said.
    const llm = () =>
      Promise.resolve({ text: '<answer>no</answer>', finish: 'stop' as const, tokensIn: 9, tokensOut: 4, ms: 1, hash: 'h' });
    const { state } = await play(input, { llm });
    const { start } = state.result!.verdict;
    const share = start!.mean;
    expect(share).toBeGreaterThan(0.5);
    expect(start!.macroF1).toBeCloseTo((2 * share) / (1 + share) / 2, 10);
  });
});
