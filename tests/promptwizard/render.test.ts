import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatPrompt, missingValues, renderMessages, templateMessages, variablesOf } from '../../src/promptwizard/render.ts';
import { withSentence } from '../../src/promptwizard/styles.ts';
import type { Candidate } from '../../src/promptwizard/types.ts';

const start = (instruction: string, more: Partial<Candidate> = {}): Candidate => ({
  id: 'c0',
  instruction,
  contract: false,
  demos: [],
  madeBy: { kind: 'start' },
  ...more,
});
const task = { contract: 'End with <answer>…</answer>.' };

describe('rendering', () => {
  it('puts the question after a blank line when the prompt has no variable', () => {
    expect(renderMessages(start('Count.'), { question: 'Two pears?' }, task)).toEqual([{ role: 'user', content: 'Count.\n\nTwo pears?' }]);
  });
  it('fills variables from inputs, and the only one from the question', () => {
    expect(renderMessages(start('A {{ text }} B'), { question: 'x' }, task)[0]!.content).toBe('A x B');
    expect(renderMessages(start('{{a}} and {{b}}'), { question: '', inputs: { a: '1', b: '2' } }, task)[0]!.content).toBe('1 and 2');
  });
  it('names the variables that a row misses', () => {
    expect(missingValues('{{a}} {{b}}', { question: 'q', inputs: { a: '1' } })).toEqual(['b']);
    expect(missingValues('Count.', { question: '  ' })).toEqual(['question']);
    expect(missingValues('{{question}} in {{tone}}', { question: 'q', inputs: { tone: 'calm' } })).toEqual([]);
  });
  it('takes values as they are: $&, braces and prototype names stay text', () => {
    const content = renderMessages(start('Say {{a}} {{b}}'), { question: '', inputs: { a: '$& $1 {{b}}', b: 'z' } }, task)[0]!.content;
    expect(content).toBe('Say $& $1 {{b}} z');
    expect(missingValues('{{constructor}} {{toString}}', { question: '', inputs: {} })).toEqual(['constructor', 'toString']);
  });
  it('keeps the user’s system message before any persona', () => {
    const candidate = start('P', { persona: 'You are a cook.' });
    expect(renderMessages(candidate, { question: 'q' }, { ...task, system: 'Mine.' })[0]).toEqual({ role: 'system', content: 'Mine.' });
    expect(renderMessages(candidate, { question: 'q' }, task)[0]).toEqual({ role: 'system', content: 'You are a cook.' });
  });
  it('shows demos as turns with the marked answer', () => {
    const candidate = start('P', { contract: true, demos: [{ rowId: 'r', question: 'q1', answer: '4', reasoning: 'two and two' }] });
    const [user, assistant, last] = renderMessages(candidate, { question: 'q2' }, task);
    expect(user!.content).toContain('q1');
    expect(assistant!.content).toBe('two and two\n<answer>4</answer>');
    expect(last!.content.endsWith('q2')).toBe(true);
  });
  it('marks the answers of demos when the prompt itself asks for the mark', () => {
    const candidate = start('P. Put it in <answer></answer>.', { demos: [{ rowId: 'r', question: 'q1', answer: '4' }] });
    expect(renderMessages(candidate, { question: 'q2' }, { contract: '' })[1]!.content).toBe('<answer>4</answer>');
  });
  it('exports the start byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (prompt) => {
        expect(flatPrompt(start(prompt), task)).toBe(prompt);
        const open = templateMessages(start(prompt), task)[0]!.content;
        expect(open.startsWith(prompt)).toBe(true);
      }),
    );
  });
  it('sends what the template says, once filled', () => {
    const candidate = start('Count.', { contract: true });
    const sent = renderMessages(candidate, { question: 'Two pears?' }, task)[0]!.content;
    expect(templateMessages(candidate, task)[0]!.content.replace('{{question}}', () => 'Two pears?')).toBe(sent);
  });
});

describe('a sentence added by code', () => {
  it('keeps every variable and all of the text before it', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', '{{a}}', '\n\n{{a}} {{b}}', '\n{{b}}.'), (text, tail) => {
        const prompt = text + tail;
        const made = withSentence(prompt, 'Think.');
        expect(made.startsWith(prompt.trimEnd())).toBe(true);
        expect(made.endsWith('Think.')).toBe(true);
        expect(variablesOf(made)).toEqual(variablesOf(prompt));
      }),
    );
  });
  it('stands after the paragraph of the last variable', () => {
    expect(withSentence('Sum up:\n\n{{text}}', 'Think.')).toBe('Sum up:\n\n{{text}}\n\nThink.');
    expect(withSentence('Answer the question', 'Think.')).toBe('Answer the question. Think.');
    expect(withSentence('Be kind.\n\nAnswer the question.', 'Think.')).toBe('Be kind.\n\nAnswer the question. Think.');
    expect(withSentence('Translate the following:', 'Think.')).toBe('Translate the following:\n\nThink.');
  });
});
