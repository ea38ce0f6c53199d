/** The items of a list as people and models write it. */
import { jsonIn } from './jsonText.ts';
import { lines, plain } from './plain.ts';

const BULLET = /^\s{0,8}(?:[-*•·–]|\d{1,3}[.)])\s{1,4}/;
const SEPARATOR = /[,;，；、\n\r]/;

const cleaned = (parts: readonly string[]): string[] => [...new Set(parts.map(plain).filter((part) => part !== ''))];

/** The lines of a bulleted or numbered list; one alone is none. */
export function bulletedLines(text: string): string[] {
  const found = lines(text).filter((line) => BULLET.test(line));
  return found.length > 1 ? found : [];
}

/**
 * A JSON array; else two or more lines with bullets or numbers; else what commas, semicolons and line ends part. Each
 * once, as `plain` has it; the "and" before the last is no part of it. Empty for none.
 */
export function itemsOf(text: string): string[] {
  const found = jsonIn(text);
  if (Array.isArray(found)) return cleaned(found.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))));
  const bulleted = bulletedLines(text);
  if (bulleted.length > 0) return cleaned(bulleted.map((line) => line.replace(BULLET, '')));
  const parts = text.split(SEPARATOR).filter((part) => plain(part) !== '');
  const last = parts.length - 1;
  return cleaned(parts.map((part, i) => (i === last && i > 0 ? part.replace(/^\s{0,4}(?:and|&)\s{1,4}/i, '') : part)));
}
