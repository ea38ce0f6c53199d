/** Tolerant reading of a model's JSON: as it is, mended, then picked out of the text. Never throws. */
import { jsonrepair } from 'jsonrepair';

const withoutThinking = (text: string): string => text.replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, '');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(jsonrepair(text));
    } catch {
      return undefined;
    }
  }
}

/** The first object or array in the reply, mended where it was cut; undefined when there is none. */
export function readJson(reply: string): unknown {
  const text = withoutThinking(reply)
    .replace(/^\s*```(?:json)?/i, '')
    .replace(/```\s*$/, '')
    .trim();
  const start = text.search(/[{[]/);
  if (start < 0 || text.length > 100_000) return undefined;
  const found = parse(text.slice(start));
  return typeof found === 'object' && found !== null ? found : undefined;
}

export function readObject(reply: string): Record<string, unknown> | undefined {
  const found = readJson(reply);
  return found && !Array.isArray(found) ? (found as Record<string, unknown>) : undefined;
}

/**
 * The strings of an array under `key`, or of a bare array, or of a numbered or dashed list.
 * @param cut the reply ended at its token limit: the last item of JSON is unfinished and is dropped
 */
export function readStrings(reply: string, key: string, cut: boolean): string[] {
  const found = readJson(reply);
  const list = Array.isArray(found) ? found : ((found as Record<string, unknown> | undefined)?.[key] ?? undefined);
  if (Array.isArray(list)) {
    const strings = list
      .map((item) => (typeof item === 'string' ? item : firstString(item)))
      .filter((s): s is string => s !== undefined && s.trim() !== '')
      .map((s) => s.trim());
    return cut && !isClosed(reply) ? strings.slice(0, -1) : strings;
  }
  const lines = withoutThinking(reply)
    .split('\n')
    .map((line) => /^\s*(?:\d{1,2}[.)]|[-*•])\s+(.{3,2000})$/.exec(line)?.[1]?.trim())
    .filter((line): line is string => line !== undefined);
  return cut ? lines.slice(0, -1) : lines;
}

const isClosed = (reply: string): boolean => /\]\s*\}?\s*(?:```)?\s*$/.test(reply);

function firstString(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  return Object.values(item).find((value): value is string => typeof value === 'string');
}

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
