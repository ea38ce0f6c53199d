/** JSON as a model hands it in. Only what stands around it is forgiven: mended JSON would make wrong answers right. */

/** Deeper values are refused, so that whatever walks them may call itself. */
const DEEPEST = 100;
/** Bounded but for what lies between: a run of spaces before the closing fence must not be tried from each of them. */
const FENCED = /```[^\n`]{0,20}\n([\s\S]*?)```/g;

/** The value of a text that is JSON, alone or in a code fence; of several fences the last. undefined: there is none. */
export function jsonIn(text: string): unknown {
  const alone = parse(text);
  if (alone !== undefined) return alone;
  const last = Array.from(text.matchAll(FENCED)).at(-1)?.[1];
  return last === undefined ? undefined : parse(last);
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeep(value, DEEPEST) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1));
}

/** Equal but for the order of keys. Numbers by value, texts by their characters in NFC. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b || a.normalize('NFC') === b.normalize('NFC');
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}

/** What stands at a dotted path: `items.0.name`. undefined: nothing. */
export function atPath(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    const isThere = typeof here === 'object' && here !== null && Object.hasOwn(here, key);
    if (!isThere || (Array.isArray(here) && !/^\d+$/.test(key))) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}
