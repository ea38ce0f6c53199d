/** The subset of JSON Schema that answers are checked by. A keyword that is not in it is refused, never passed over. */
import { sameJson } from './jsonText.ts';

/** They say something to people and nothing about the value. */
const NOTES = new Set(['title', 'description', '$schema', '$comment', '$id', 'examples', 'default']);
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** What a keyword's value must be, in words, and whether it is. */
const KEYWORDS: Record<string, { must: string; fits: (value: unknown) => boolean }> = {
  type: { must: `one of ${TYPES.join(', ')}, or a list of them`, fits: (v) => v !== undefined && [v].flat().every((t) => TYPES.includes(t as string)) },
  properties: { must: 'an object of schemas', fits: isObject },
  required: { must: 'a list of names', fits: (v) => Array.isArray(v) && v.every((name) => typeof name === 'string') },
  additionalProperties: { must: 'true, false or a schema', fits: (v) => typeof v === 'boolean' || isObject(v) },
  enum: { must: 'a list of values', fits: Array.isArray },
  const: { must: 'a value', fits: () => true },
  items: { must: 'a schema', fits: isObject },
  minItems: { must: 'a whole number', fits: isCount },
  maxItems: { must: 'a whole number', fits: isCount },
  minimum: { must: 'a number', fits: (v) => typeof v === 'number' },
  maximum: { must: 'a number', fits: (v) => typeof v === 'number' },
}; // prettier-ignore

/** Why this is no schema that can be checked, in a sentence that names the place; null when it is one. */
export function schemaProblem(schema: unknown, place = 'the schema'): string | null {
  if (!isObject(schema)) return `In ${place} there must be an object.`;
  for (const [name, value] of Object.entries(schema)) {
    if (NOTES.has(name)) continue;
    const keyword = Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined;
    if (!keyword) return `In ${place} the keyword “${name}” cannot be checked here. These can: ${Object.keys(KEYWORDS).join(', ')}.`;
    if (!keyword.fits(value)) return `In ${place} “${name}” must be ${keyword.must}.`;
  }
  for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Fields)) {
    const problem = schemaProblem(inner, `property “${name}” of ${place}`);
    if (problem) return problem;
  }
  for (const name of ['items', 'additionalProperties']) {
    const problem = isObject(schema[name]) ? schemaProblem(schema[name], `${name} of ${place}`) : null;
    if (problem) return problem;
  }
  return null;
}

const isOf = (value: unknown, type: unknown): boolean => {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
};

/** @param schema one without a `schemaProblem` */
export function meets(value: unknown, schema: object): boolean {
  const s = schema as Fields;
  const has = (name: string) => Object.hasOwn(s, name);
  if (has('type') && ![s['type']].flat().some((type) => isOf(value, type))) return false;
  if (has('const') && !sameJson(value, s['const'])) return false;
  if (has('enum') && !(s['enum'] as unknown[]).some((one) => sameJson(value, one))) return false;
  if (typeof value === 'number') return !(value < (s['minimum'] as number)) && !(value > (s['maximum'] as number));
  if (Array.isArray(value)) {
    if (value.length < ((s['minItems'] as number) ?? 0) || value.length > ((s['maxItems'] as number) ?? Infinity)) return false;
    return !has('items') || value.every((item) => meets(item, s['items'] as object));
  }
  if (!isObject(value)) return true;
  if (((s['required'] as string[]) ?? []).some((name) => !Object.hasOwn(value, name))) return false;
  const known = (s['properties'] ?? {}) as Record<string, object>;
  const others = s['additionalProperties'] ?? true;
  return Object.entries(value).every(([name, inner]) =>
    Object.hasOwn(known, name) ? meets(inner, known[name]!) : typeof others === 'boolean' ? others : meets(inner, others as object),
  );
}
