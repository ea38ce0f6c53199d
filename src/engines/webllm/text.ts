/** What the package does to text, undone or prevented. The page and the store keep the raw text. */
import type { ChatMessage } from '../../promptwizard/types.ts';
import type { MlcConversationTemplate, MlcMessage } from './package.ts';

const ZERO_WIDTH_SPACE = '\u200b';

/** Control tokens as the known families write them: `<|im_end|>`, `<｜end▁of▁sentence｜>`, `<end_of_turn>`. */
const CONTROL = String.raw`\|[A-Za-z0-9_]+\|>|｜[^｜<>\s]+｜>|(?:start|end)_of_turn>`;
const WHOLE = new RegExp(`<(?=${CONTROL})`, 'g');
const BROKEN = new RegExp(`<${ZERO_WIDTH_SPACE}(?=${CONTROL})`, 'g');

/** `<|im_end|>` typed by a person must stay text: the tokenizer would read a control token. All else stays as it is. */
export const defuse = (text: string): string => text.replace(WHOLE, `<${ZERO_WIDTH_SPACE}`);

/** A reply that quotes what was broken up, as it was written first. */
export const restore = (reply: string): string =>
  reply.replace(BROKEN, '<').replaceAll(`{${ZERO_WIDTH_SPACE}function_string}`, '{function_string}');

/** The package puts contents into its templates with `String.replace`, where `$&`, `$1` and `$$` have a meaning. */
export const escapeDollars = (text: string): string => text.replaceAll('$', '$$$$');

/** Its templates drop this word from user text when no function is called. */
const keepFunctionWord = (text: string): string => text.replaceAll('{function_string}', `{${ZERO_WIDTH_SPACE}function_string}`);

/** Only contents that go through a template are replaced into it; a model without one takes them as they are. */
export function prepareMessages(messages: readonly ChatMessage[], template: MlcConversationTemplate | undefined): MlcMessage[] {
  return messages.map(({ role, content }) => {
    const safe = defuse(content);
    const templated = role === 'system' || template?.role_templates?.[role] !== undefined;
    return { role, content: templated ? escapeDollars(role === 'system' ? safe : keepFunctionWord(safe)) : safe };
  });
}

/**
 * The reply without its think block.
 * @returns null when the block was opened and never closed: there is no answer
 */
export function stripThinking(reply: string): string | null {
  const text = reply.replace(/<think>[\s\S]*?<\/think>\s*/g, '');
  if (text.includes('<think>')) return null;
  // A block whose opening was part of the prompt.
  const closed = text.indexOf('</think>');
  return (closed < 0 ? text : text.slice(closed + '</think>'.length)).trimStart();
}
