import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkPrompt, checkRows, EMPTY_PROMPT } from '../../src/app/optimize/checks.ts';
import { cellOf, columnsOf, emptyRow, numberList, usableRows, withCell } from '../../src/app/optimize/rows.ts';
import { aboutPlan, chosenPlanWords, costWords } from '../../src/app/optimize/planWords.ts';
import { openSplitWords, splitWords } from '../../src/app/optimize/splitWords.ts';
import { numberOf, specOf } from '../../src/app/optimize/metricFields.ts';
import { metricProblem } from '../../src/promptwizard/metrics/problem.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import { smallestShowableGain } from '../../src/promptwizard/stats.ts';
import { PLAN_NAMES, type Row } from '../../src/promptwizard/types.ts';

const row = (over: Partial<Row>): Row => ({ ...emptyRow('x'), ...over });

describe('checks before anything is spent', () => {
  it.each(['', '   ', '\n\t '])('asks for a prompt when there is only %j', (prompt) => {
    expect(checkPrompt(prompt, 4096)).toMatchObject({ message: EMPTY_PROMPT, blocks: true });
  });
  it('says with numbers why 100,000 characters are too many', () => {
    const problem = checkPrompt('word '.repeat(20_000), 4096);
    expect(problem?.blocks).toBe(true);
    expect(problem?.message).toMatch(/100,000 characters/);
    expect(problem?.message).toMatch(/context of 4,096 tokens has room for about 1,180/);
  });
  it('lets a longer prompt in where the model has more context', () => {
    const prompt = 'word '.repeat(1500);
    expect(checkPrompt(prompt, 4096)).not.toBeNull();
    expect(checkPrompt(prompt, 8192)).toBeNull();
  });
  it('counts the system message with the prompt, and says how long each is', () => {
    const system = 'word '.repeat(1000);
    expect(checkPrompt('Add.', 4096, 'Be brief.')).toBeNull();
    expect(checkPrompt('word '.repeat(500), 4096)).toBeNull();
    const problem = checkPrompt('word '.repeat(500), 4096, system);
    expect(problem).toMatchObject({ field: 'prompt', blocks: true });
    expect(problem?.message).toMatch(/^Prompt and system message together are too long.*context of 4,096 tokens/);
  });
  it('names the rows that miss a variable, and does not refuse the run', () => {
    const rows = [
      row({ inputs: { city: 'Rome', day: 'Monday' }, answer: '1' }),
      row({ inputs: { city: 'Oslo' }, answer: '2' }),
      row({ inputs: { city: 'Bern' }, answer: '3' }),
    ];
    const problems = checkRows({ prompt: '{{city}} on {{day}}', rows: usableRows(rows) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ blocks: false });
    expect(problems[0]?.message).toContain('Rows 2 and 3 have no value for {{day}}');
  });
  it('names rows that ask the same and have different answers', () => {
    const rows = [row({ question: '1+1', answer: '2' }), row({ question: '1+2', answer: '3' }), row({ question: ' 1+1', answer: '3' })];
    const [problem] = checkRows({ prompt: 'Add.', rows: usableRows(rows) });
    expect(problem).toMatchObject({ blocks: false });
    expect(problem?.message).toContain('Rows 1 and 3 ask the same and have different answers');
  });
  it('asks for no answers where writing is asked for', () => {
    expect(checkRows({ prompt: 'Write a reply.', rows: usableRows([row({ question: 'The lamp broke.' })]) })).toEqual([]);
    expect(openSplitWords(0, 'quick', defaultSettings())).toMatch(
      /judged by a checklist, by the same model\. The model will write 8 inputs/,
    );
    expect(openSplitWords(30, 'quick', defaultSettings())).toContain('15 inputs are kept back for the verdict');
  });
  it('names the rows without an answer', () => {
    const [problem] = checkRows({ prompt: 'Add.', rows: usableRows([row({ question: '1+1', answer: '2' }), row({ question: '1+2' })]) });
    expect(problem?.message).toContain('Row 2 has no answer');
  });
});

describe('rows while they are typed', () => {
  it('has a column for each of several variables, and a question column for at most one', () => {
    expect(columnsOf('Answer.', [])).toEqual(['question', 'answer']);
    expect(columnsOf('{{text}}', [])).toEqual(['question', 'answer']);
    expect(columnsOf('{{a}} and {{b}}', [])).toEqual(['a', 'b', 'answer']);
    expect(columnsOf('{{question}} in {{b}}', [])).toEqual(['question', 'b', 'answer']);
  });
  it('keeps what is typed in its cell', () => {
    const typed = withCell(withCell(withCell(emptyRow('r1'), 'question', 'q $& {{x}}'), 'city', '<|im_end|>'), 'answer', 'a');
    expect(['question', 'city', 'answer'].map((column) => cellOf(typed, column))).toEqual(['q $& {{x}}', '<|im_end|>', 'a']);
  });
  it('leaves blank rows out and numbers the others by their place', () => {
    const rows = usableRows([row({}), row({ question: 'a' }), row({ question: '  ', answer: ' ' }), row({ question: 'b', answer: '1' })]);
    expect(rows.map(({ id, question, answer }) => [id, question, answer])).toEqual([
      ['r1', 'a', undefined],
      ['r2', 'b', '1'],
    ]);
  });
  it('counts the rest of a long list of numbers', () => {
    expect(numberList([2])).toBe('2');
    expect(numberList([2, 5, 9])).toBe('2, 5 and 9');
    expect(numberList(Array.from({ length: 12 }, (_, i) => i + 1))).toBe('1, 2, 3, 4, 5, 6, 7, 8 and 4 more');
  });
  it('takes letters and labels from the answers', () => {
    expect(specOf('choice', [{ answer: '(B)' }, { answer: 'A' }])).toEqual({ kind: 'choice', letters: ['A', 'B'] });
    expect(specOf('label', [{ answer: 'yes' }, { answer: 'no' }, { answer: 'yes' }])).toEqual({ kind: 'label', labels: ['yes', 'no'] });
  });
});

describe('a way to judge while it is written', () => {
  afterEach(() => vi.unstubAllGlobals());
  it('keeps what is no number, for the check to name', () => {
    expect(['', ' ', '0.50', '-1', 'abc'].map(numberOf)).toEqual([undefined, undefined, 0.5, -1, NaN]);
    for (const text of ['-1', 'abc', 'Infinity']) {
      expect(metricProblem({ kind: 'number', tolerance: numberOf(text) })?.field).toBe('tolerance');
      expect(metricProblem({ kind: 'number', relative: numberOf(text) })?.field).toBe('tolerance');
      expect(metricProblem({ kind: 'set', threshold: numberOf(text) })?.field).toBe('threshold');
    }
  });
  it('is kept for the way back, and forgotten with its task', async () => {
    vi.stubGlobal('__BUILD_SETTINGS__', {});
    const { form } = await import('../../src/app/optimize/form.svelte.ts');
    form.fill({ prompt: 'Answer.', metric: { kind: 'regex', pattern: 'Total: (.+)' } });
    form.judgeBy('number');
    form.judgeBy('regex');
    expect(form.metric).toEqual({ kind: 'regex', pattern: 'Total: (.+)' });
    form.judgeBy('number');
    form.fill({ prompt: 'Another.' });
    form.judgeBy('regex');
    expect(form.metric).toEqual(specOf('regex', []));
  });
});

describe('the sentence on the split', () => {
  it('says how many rows search, how many are kept back, and the gain they can show', () => {
    expect(splitWords(40, 'quick', 25, smallestShowableGain(20))).toBe(
      '40 rows: 20 to search with, 20 kept back for the verdict; a gain of 41 points or more would show.',
    );
  });
  it('says when only some of the kept rows are asked', () => {
    expect(splitWords(40, 'trial', 25, null)).toContain('20 kept back, 12 of them asked in the verdict');
  });
  it('promises no verdict under twenty rows, and practice rows under eight', () => {
    expect(splitWords(12, 'quick', 25, null)).toContain('none left for a verdict');
    expect(splitWords(1, 'quick', 25, null)).toMatch(/^1 row: too few.*practice rows to go with it/);
    expect(splitWords(0, 'quick', 25, null)).toContain('will write practice rows');
    expect(splitWords(0, 'trial', 25, null)).toContain('measures nothing');
  });
});

describe('the plan in words', () => {
  const forecasts = Object.fromEntries(
    (['trial', 'quick', 'standard', 'thorough'] as const).map((name, i) => [
      name,
      { calls: 50 * (i + 1), minutes: [10 * (i + 1), 20 * (i + 1)] as [number, number] },
    ]),
  ) as Parameters<typeof costWords>[1];

  it('promises no calls of one plan while the speed has still to choose it', () => {
    expect(costWords(null, forecasts)).toMatch(/chosen by this machine’s speed once the model is loaded: 50 to 150 calls/);
    expect(costWords('quick', forecasts)).toBe('about 100 calls, verdict included, 20–40 min on this machine; nothing leaves it');
    expect(splitWords(40, 'quick', 25, 0.41, true)).toContain('with the quick plan a gain of 41 points');
    expect(splitWords(0, 'quick', 25, null, true)).toContain('A slow machine gets the trial plan');
    expect(splitWords(0, 'quick', 25, null)).not.toContain('trial');
  });
  it('says at the run which plan the speed has chosen, and what the next one would take', () => {
    expect(chosenPlanWords('trial', forecasts)).toBe('Trial plan, chosen by this machine’s speed: a quick run would take 20–40 min here.');
    expect(chosenPlanWords('standard', forecasts)).toBe('Standard plan, chosen by this machine’s speed.');
    expect(chosenPlanWords('thorough', null)).toBe('Thorough plan.');
  });
  it('promises an open task no answers to compare with', () => {
    expect(aboutPlan('quick', false)).toContain('examples');
    for (const plan of PLAN_NAMES) expect(aboutPlan(plan, true)).not.toMatch(/answer|examples/);
  });
});
