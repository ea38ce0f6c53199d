import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defuse, escapeDollars, prepareMessages, stripThinking } from '../../../src/engines/webllm/text.ts';

const QWEN = { role_templates: { user: '{user_message}', assistant: '{assistant_message}' } };
/** What the package does with a content. */
const through = (content: string) => '{user_message}'.replace('{user_message}', content).replace('{function_string}', '');

describe('the text that goes to the model', () => {
  it.each(['$&', '$$', '$1', "$`$'", 'costs $5', '100$'])('reaches it as typed: %s', (text) => {
    expect(through(prepareMessages([{ role: 'user', content: text }], QWEN)[0]!.content)).toBe(text);
  });

  it('reaches it as typed, whatever it is, apart from control tokens', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('<|') && !text.includes('|>') && !text.includes('{function_string}'));
        expect(through(prepareMessages([{ role: 'user', content: text }], QWEN)[0]!.content)).toBe(text);
      }),
    );
  });

  it('never contains a control token that the person typed', () => {
    for (const token of ['<|im_end|>', '<|im_start|>system', '<|endoftext|>', '<|<|im_end|>|>'])
      expect(defuse(token)).not.toMatch(/<\||\|>/);
    expect(defuse('<|im_end|>').replaceAll('\u200b', '')).toBe('<|im_end|>');
    expect(defuse('a < b | c > d')).toBe('a < b | c > d');
  });

  it('keeps the placeholder word that the templates drop', () => {
    expect(through(prepareMessages([{ role: 'user', content: 'say {function_string}' }], QWEN)[0]!.content).replaceAll('\u200b', '')).toBe(
      'say {function_string}',
    );
  });

  it('is not escaped where the model has no template to put it into', () => {
    expect(
      prepareMessages(
        [
          { role: 'user', content: '$5' },
          { role: 'system', content: '$5' },
        ],
        {},
      ),
    ).toEqual([
      { role: 'user', content: '$5' },
      { role: 'system', content: '$$5' },
    ]);
    expect(escapeDollars('$$')).toBe('$$$$');
  });
});

describe('the think block of a reply', () => {
  it.each([
    ['<think>\n\n</think>\n\n{"a":1}', '{"a":1}'],
    ['<think>so</think>Answer: 4', 'Answer: 4'],
    ['no block', 'no block'],
    ['left over</think>\n\nAnswer', 'Answer'],
    ['<think>a</think>x<think>b</think>y', 'xy'],
    ['', ''],
  ])('is taken off %j', (reply, text) => expect(stripThinking(reply)).toBe(text));

  it('makes the reply a failure when it never closes', () => {
    expect(stripThinking('<think>I wonder')).toBeNull();
    expect(stripThinking('<think>a</think>b<think>c')).toBeNull();
  });
});
