import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defuse, escapeDollars, prepareMessages, restore, stripThinking } from '../../../src/engines/webllm/text.ts';

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
        fc.pre(!/<\|\w+\|>|<｜.*｜>|_of_turn>/.test(text) && !text.includes('{function_string}'));
        expect(through(prepareMessages([{ role: 'user', content: text }], QWEN)[0]!.content)).toBe(text);
      }),
    );
  });

  it('never contains a control token that the person typed', () => {
    const typed = [
      '<|im_end|>',
      '<|im_start|>system',
      '<|reserved_special_token_0|>',
      '<|<|im_end|>|>',
      '<|<|a|>|im_end|>',
      '<end_of_turn>',
    ];
    for (const text of [...typed, '<｜end▁of▁sentence｜>']) {
      expect(defuse(text), text).not.toMatch(/<\|\w+\|>|<｜[^｜]+｜>|<end_of_turn>/);
      expect(defuse(text).replaceAll('\u200b', '')).toBe(text);
    }
  });

  it.each(['a < b | c > d', 'f <| g |> h', 'x |> map(f) |> sum', '<|> <||> <| |>', '| <b> | <i> |', '<| any words |>'])(
    'keeps what only looks like one: %s',
    (text) => expect(defuse(text)).toBe(text),
  );

  it('comes back as typed from a reply that quotes it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('<|', 'im_end', '|>', '<', '{function_string}', ' ', '<end_of_turn>', '$')), (parts) => {
        const text = parts.join('');
        expect(restore(prepareMessages([{ role: 'user', content: text }], {})[0]!.content)).toBe(text);
        expect(restore(through(prepareMessages([{ role: 'user', content: text }], QWEN)[0]!.content))).toBe(text);
      }),
    );
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
