/**
 * Loops, not expressions such as `/\s+$/`: those take quadratic time on a long run that is not at the end, and a model
 * that runs away writes such runs.
 */
const OUTER = new Set(' \n\t\r"\'“”‘’‚„«»‹›`*~_.,;:!?¿¡()[]{}<>…。、，！？：；「」『』（）【】');

/** One form of letters: compatibility characters unified, lower case, white space as single spaces. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();
}

/** The text without punctuation, quotes, brackets and Markdown around it; as it is when nothing else would be left. */
export function trimOuter(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && OUTER.has(text[start]!)) start++;
  while (end > start && OUTER.has(text[end - 1]!)) end--;
  return start < end ? text.slice(start, end) : text.trim();
}

/**
 * What two answers must share to be equal: Unicode NFKC, case, outer punctuation, quotes and Markdown are ignored.
 * Signs that carry meaning stay: `C#`, `C++`, `-5`, `50%` keep theirs. Empty for white space only.
 */
export function plain(text: string): string {
  const unmarked = text
    .replace(/```[a-z]{0,12}\n?/gi, '')
    .replace(/(?<![\p{L}\p{N}])(?:\*\*|__)|(?:\*\*|__)(?![\p{L}\p{N}])|`/gu, '')
    .trim()
    .replace(/^(?:#{1,6}|[-*>•])\s/, '');
  return trimOuter(fold(unmarked)) || fold(text);
}

export function lines(text: string): string[] {
  return text.split(/[\n\r\u2028\u2029]/).filter((line) => line.trim() !== '');
}

/** Whether the text has at most `most` words; looks no further than it must. */
export function atMostWords(text: string, most: number): boolean {
  const word = /\S+/g;
  for (let words = 0; word.test(text);) if (++words > most) return false;
  return true;
}

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * A look ahead for the first character of any of the words. It goes before a look behind for speed: looking behind at
 * every character takes ten times as long.
 */
export function startsWithAny(words: readonly string[]): string {
  const firsts = new Set(words.map((word) => Array.from(word)[0] ?? ''));
  return `(?=${Array.from(firsts, escapeRegExp).join('|') || '(?!)'})`;
}
