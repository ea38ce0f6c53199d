/** llama.cpp reads control tokens (`<|im_end|>`, `</s>`) inside messages too: typed by a person or held by a data set they must stay text. */
import type { GgufTokenizer } from './gguf-header.ts';

const ZERO_WIDTH_SPACE = '\u200b';
const CONTROL = 3;

export interface ControlTokens {
  /** Text that holds no control token: each one found is broken up by a zero-width space. */
  defuse(text: string): string;
  /** A reply that quotes a broken-up token, as it was written first. */
  restore(text: string): string;
}

export function controlTokens(tokenizer: GgufTokenizer | null): ControlTokens {
  // One-letter control tokens exist in no known model, and breaking them up is not possible.
  const names = tokenizer?.tokens.filter((token, i) => tokenizer.types[i] === CONTROL && token.length > 1) ?? [];
  if (names.length === 0) return { defuse: (text) => text, restore: (text) => text };
  // The longest first: one token may begin another.
  const found = new RegExp(
    [...names]
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|'),
    'g',
  );
  const broken = (name: string) => `${name[0]}${ZERO_WIDTH_SPACE}${name.slice(1)}`;
  return {
    defuse: (text) => text.replace(found, broken),
    restore(text) {
      if (!text.includes(ZERO_WIDTH_SPACE)) return text;
      return names.reduce((out, name) => out.replaceAll(broken(name), name), text);
    },
  };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
