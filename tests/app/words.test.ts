import { describe, expect, it } from 'vitest';
import { emptyState, reduce, type RunState } from '../../src/promptwizard/state.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { ArmScore, Paired, RunResult, Verdict } from '../../src/promptwizard/types.ts';
import { qualityWords, sentenceOf, verdictWords } from '../../src/app/words.ts';
import { inputOf, modelFor, play, world } from '../promptwizard/play.ts';

const arm = (mean: number, over: Partial<ArmScore> = {}): ArmScore => ({
  candidate: 'c0',
  mean,
  rows: 30,
  unreadable: 0,
  promptTokens: 20,
  replyTokens: 10,
  ...over,
});
const paired = (over: Partial<Paired> = {}): Paired => ({
  rows: 30,
  wins: 9,
  losses: 1,
  ties: 20,
  difference: 0.26,
  interval: [0.08, 0.43],
  pValue: 0.02,
  ...over,
});
const result = (verdict: Partial<Verdict>, over: Partial<RunResult> = {}): RunResult => ({
  originalPrompt: 'Answer.',
  messages: [{ role: 'user', content: 'Answer.' }],
  optimizedPrompt: 'Answer.',
  improvements: [],
  qualityScore: 0.7,
  quality: 'held-out',
  alternative: null,
  processingTime: 60,
  calls: 100,
  tokensIn: 1,
  tokensOut: 1,
  verdict: {
    outcome: 'better',
    reason: 'sign-test',
    looks: 2,
    result: 'c3',
    challenger: 'c3',
    start: arm(0.47),
    final: arm(0.73, { candidate: 'c3' }),
    free: null,
    comparison: paired(),
    againstFree: null,
    moreRows: null,
    ...verdict,
  },
  ...over,
});
const all = (run: RunResult) => {
  const words = verdictWords(run);
  return [words.headline, words.sentence, ...words.facts, ...words.help].join(' ');
};

describe('the verdict in words', () => {
  it('says better with both scores, the rows, the interval and the flips', () => {
    const words = verdictWords(result({}));
    expect(words.headline).toBe('Better.');
    expect(words.sentence).toBe('47 % → 73 % on 30 rows that neither prompt had seen.');
    expect(words.facts[0]).toBe('Difference +26 points, 95 % interval +8 to +43; 9 rows won, 1 lost, 20 the same.');
    expect(words.help).toEqual([]);
  });
  it('says what “think step by step” alone would have done, and that it was not asked when it was not', () => {
    expect(all(result({ free: arm(0.6), againstFree: paired({ wins: 5, losses: 2 }) }))).toContain(
      '“Think step by step” alone: 60 %. Against it the new prompt won 5 rows and lost 2.',
    );
    expect(all(result({}))).toContain('was not asked on these rows');
    expect(verdictWords(result({}), { kind: 'free-baseline' }).facts.join(' ')).toContain('the search found nothing better');
  });
  it('gives the plain sentence its due when it does as well', () => {
    const words = verdictWords(result({ reason: 'free-baseline-does-as-well', free: arm(0.7) }));
    expect(words.headline).toContain('the plain sentence does as well');
    expect(words.sentence).toContain('chosen among two');
  });
  it('keeps the user’s prompt in so many words when the new one was not ahead', () => {
    const words = verdictWords(
      result({ outcome: 'no-reliable-gain', reason: 'not-ahead', result: 'c0', comparison: paired({ wins: 2, losses: 3 }) }),
    );
    expect(words.headline).toBe('No reliable gain.');
    expect(words.sentence).toBe('Kept your prompt: the new one won 2 rows and lost 3 on 30 rows that neither prompt had seen.');
    expect(words.help.length).toBeGreaterThan(0);
  });
  it('points at answers that could not be read', () => {
    const words = verdictWords(
      result({ outcome: 'no-reliable-gain', reason: 'nothing-accepted', comparison: null, start: arm(0.2, { unreadable: 12 }) }),
    );
    expect(words.help[0]).toContain('12 of 30 answers to your prompt could not be read');
  });
  it('says how many rows would settle an open verdict, and which prompt is the result', () => {
    const ahead = verdictWords(result({ outcome: 'inconclusive', reason: 'undecided', moreRows: 42 }));
    expect(ahead.headline).toBe('Ahead, but not proven.');
    expect(ahead.sentence).toContain('About 42 further rows would settle it.');
    const kept = verdictWords(result({ outcome: 'inconclusive', reason: 'undecided-kept-start', result: 'c0' }));
    expect(kept.sentence).toContain('Kept your prompt');
  });
  it('claims nothing where nothing was measured', () => {
    const words = all(
      result(
        { outcome: 'not-measured', reason: 'not-measured', start: null, final: null, comparison: null },
        { quality: 'none', qualityScore: 0 },
      ),
    );
    expect(words).toContain('nothing is claimed');
    expect(words).toContain('eight real inputs');
    expect(words).not.toMatch(/\d+ %/);
  });
  it('asks for inputs alone where replies are judged without answers', () => {
    const verdict: Partial<Verdict> = { outcome: 'not-measured', reason: 'not-measured', start: null, final: null, comparison: null };
    const { help } = verdictWords(result(verdict, { quality: 'none' }), undefined, [], { kind: 'checklist', criteria: ['Is it short?'] });
    expect(help).toEqual(['Give at least eight real inputs, better twenty; answers are not needed.']);
  });
  it('says the true reason why nothing was measured, as the run noted it', () => {
    const why = (code: string, kept = true) =>
      verdictWords(
        result(
          { outcome: 'not-measured', reason: 'not-measured', result: kept ? 'c0' : 'c2', start: null, final: null, comparison: null },
          { quality: 'none', qualityScore: 0 },
        ),
        undefined,
        [
          { code: 'understand-unreadable', text: 'Something else.' },
          { code, text: 'Your prompt is right on 95 % of the practice rows.' },
        ],
      ).sentence;
    expect(why('rows-too-easy')).toMatch(/^Your prompt is right on 95 % of the practice rows\. So nothing is claimed/);
    expect(why('too-few-rows')).toContain('right on 95 %');
    expect(why('no-rows-in-trial', false)).toMatch(/the trial plan makes no practice rows\. So nothing.*think step by step\.$/);

    expect(why('other')).toContain('no rows with right answers');
    const byCode = verdictWords(
      result({ outcome: 'not-measured', reason: 'not-measured', start: null, final: null, comparison: null }, { quality: 'none' }),
      undefined,
      [{ code: 'no-rows-in-trial', text: '' }],
      { kind: 'custom', code: '' },
    );
    expect(byCode.sentence).toMatch(/^There were fewer than eight rows, and/);
    expect(byCode.help).toEqual(['Give at least eight real inputs, better twenty.']);
    for (const code of ['rows-too-easy']) expect(why(code)).not.toContain('no rows');
  });
  it('labels rows that the model wrote wherever it counts them', () => {
    expect(verdictWords(result({}, { quality: 'synthetic' })).sentence).toContain('practice rows that the model wrote');
  });
  it('never calls a stopped run proven', () => {
    expect(all(result({ outcome: 'stopped', reason: 'stopped', comparison: null, start: null, final: null }))).toContain('not proof');
    expect(verdictWords(result({ outcome: 'stopped', reason: 'budget' })).headline).toBe('The budget ran out.');
    const some = all(result({ outcome: 'stopped', reason: 'stopped' }));
    expect(some).toContain('So far it won 9 rows and lost 1 of 30 rows');
    expect(some).not.toMatch(/interval|kept back|had seen/);
    for (const quality of ['held-out', 'selection', 'synthetic'] as const)
      expect(qualityWords(quality, 'stopped')).not.toContain('kept back');
    expect(qualityWords('held-out', 'better')).toContain('kept back');
  });
});

describe('the sentence at the top of a run', () => {
  const after = (...events: RunEvent[]): RunState => events.reduce(reduce, emptyState());
  const phase = (over: Partial<Extract<RunEvent, { type: 'phase' }>>): RunEvent => ({
    type: 'phase',
    phase: 'race',
    round: 1,
    candidates: ['c0', 'c1', 'c2'],
    rows: 5,
    forecastCalls: 10,
    ...over,
  });

  it('says the round, how many race, and on how many rows', () => {
    expect(sentenceOf(after(phase({})))).toBe(
      'Round 1 · racing 3 candidates on the same 5 rows, your prompt among them, to find which win rows.',
    );
  });
  it('says of the fresh rows who is tried on them, and that the race did not use them', () => {
    const fresh = (round: number, ...candidates: string[]) => phase({ phase: 'fresh', round, candidates, rows: 10 });
    expect(sentenceOf(after(fresh(1, 'c1', 'c2')))).toBe('Round 1 · trying the first 2 of the race on 10 rows that the race did not use.');
    expect(sentenceOf(after(fresh(0, 'c1', 'c0')))).toBe('Trying the leader against your prompt on 10 rows that the race did not use.');
    const accepted: RunEvent = {
      type: 'acceptance',
      candidate: 'c1',
      against: 'c0',
      wins: 3,
      losses: 0,
      ties: 9,
      accepted: true,
      step: 'race',
    };
    expect(sentenceOf(after(accepted, fresh(0, 'c4', 'c1')))).toBe(
      'Trying the leader against the best so far on 10 rows that the race did not use.',
    );
  });
  it('says of the verdict that its rows are unseen', () => {
    expect(sentenceOf(after(phase({ phase: 'verdict', round: 0, rows: 30 })))).toBe(
      'The verdict: your prompt against the winner on 30 rows that neither has seen.',
    );
  });
  it('asks for the practice rows to be checked until they were', () => {
    const made: RunEvent = { type: 'rows-made', position: 0, rows: [], dropped: [] };
    expect(sentenceOf(after(phase({ phase: 'make-rows' }), made))).toContain('check the practice rows');
    expect(sentenceOf(after(phase({ phase: 'make-rows' }), made, { type: 'rows-reviewed', position: 0, rows: [] }))).not.toContain(
      'check the practice',
    );
  });
  it('has one whole sentence at every event of a real run', async () => {
    const input = inputOf({ plan: 'thorough' });
    const { events } = await play(input, modelFor(input, world()));
    const state = emptyState();
    for (const event of events) {
      reduce(state, event);
      expect(sentenceOf(state)).toMatch(/^[A-Z].*[.?]$/);
      expect(sentenceOf(state)).not.toMatch(/undefined|NaN|\b1 \w+s\b/);
    }
    expect(sentenceOf(state)).toBe('Done.');
  });
});
