import { beforeEach, describe, expect, it } from 'vitest';
import { metricOf } from '../../src/promptwizard/metrics/metric.ts';
import { Run } from '../../src/promptwizard/run.ts';
import { rejectInstruction, rejectPersona } from '../../src/promptwizard/steps/validate.ts';
import { STYLES } from '../../src/promptwizard/styles.ts';
import { estimateTokens } from '../../src/promptwizard/tokens.ts';
import type { Candidate } from '../../src/promptwizard/types.ts';
import { countingRows } from '../world/model.ts';
import { inputOf } from './play.ts';

let run: Run;
let parent: Candidate;
const rows = [
  ...countingRows(6),
  { id: 'own', question: 'A violinist owns three zithers and a bassoon. How many are there?', answer: '4', origin: 'user' as const },
];
const why = (text: string, meta = '') => rejectInstruction(run, text, parent, meta, rows);

function begin(prompt: string): void {
  const deps = {
    countTokens: estimateTokens,
    stopped: () => false,
    reviewRows: () => Promise.resolve([]),
    runUntrusted: () => Promise.resolve({ ok: false as const, error: '' }),
  };
  run = new Run(inputOf({ task: { prompt } }), () => Promise.reject(new Error('no call')), deps);
  const made = run.add({ instruction: prompt, contract: false, demos: [], madeBy: { kind: 'start' } });
  for (let step = made.next(); ; step = made.next()) if (step.done) { parent = step.value; break; } // prettier-ignore
}
beforeEach(() => begin('Answer the question.'));

describe('a text that the model proposed', () => {
  it('is taken when it is an instruction of its own', () => {
    expect(why('Answer the question after naming each kind of thing and how many there are of it.')).toBeNull();
  });
  it('is dropped when it was seen, or nearly', () => {
    const text =
      'Answer after you have gone over each kind with great patience, one by one from left to right, marking those already handled, leaving nothing out and in no hurry at all.';
    expect(why(text)).toBeNull();
    expect(why(text + '!')).toBe('seen');
    expect(why(text.replace('no hurry', 'no rush'))).toBe('near-duplicate');
    expect(why('answer THE question')).toBe('seen');
  });
  it('is dropped when it carries a row’s content', () => {
    expect(why('Answer as you would when a violinist owns zithers.')).toBe('leaks-row');
  });
  it('is dropped when it loses or invents a placeholder', () => {
    begin('Say what {{text}} means.');
    expect(why('Say in plain words what the text means.')).toBe('placeholder-lost');
    expect(why('Say in plain words what {{text}} and {{more}} mean.')).toBe('placeholder-lost');
    expect(why('In plain words, give the meaning of {{text}}.')).toBeNull();
  });
  it('is dropped when it loses a label', () => {
    begin('Say whether the tone is joyful or gloomy.');
    run.metric = metricOf({ kind: 'label', labels: ['joyful', 'gloomy'] });
    expect(why('Say whether the tone of the writing is joyful.')).toBe('label-lost');
  });
  it('is dropped when it loses the answer mark that the prompt asks for', () => {
    begin('Answer. Put the number in <answer></answer> tags.');
    expect(why('Count each kind of thing and give the number at the end.')).toBe('mark-lost');
    expect(why('Count each kind of thing. Give the number in <answer></answer> tags.')).toBeNull();
  });
  it('is dropped when it copies the form it was to fill', () => {
    expect(why('the whole changed instruction', 'Reply as JSON: {"instruction": "the whole changed instruction"}')).toBe('echo');
  });
  it('is dropped when it echoes the request or the list of styles', () => {
    expect(
      why('At most forty words each and nothing besides them.', 'Write three. At most forty words each and nothing besides them.'),
    ).toBe('echo');
    expect(why(STYLES.slice(0, 4).map((s) => s.sentence).join(' '))).toBe('echo'); // prettier-ignore
  });
  it('is dropped when it asks, talks or rambles', () => {
    expect(why('What would you like me to count for you?')).toBe('question');
    expect(why('First guess: twelve of them')).toBe('not-an-instruction');
    expect(why('word '.repeat(900))).toBe('too-long');
    expect(why('  ')).toBe('unreadable');
  });
});

describe('a persona', () => {
  it('speaks to you, asks nothing, and names no model', () => {
    expect(rejectPersona(run, 'You are a careful accountant who counts twice.')).toBeNull();
    expect(rejectPersona(run, 'A bot named Qwen created by Alibaba Cloud')).toBe('not-an-instruction');
    expect(rejectPersona(run, 'You are Qwen, made by Alibaba Cloud.')).toBe('names-a-model');
    expect(rejectPersona(run, 'You are an expert. Are you ready?')).toBe('question');
  });
});
