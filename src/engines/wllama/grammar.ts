/**
 * JSON Schema → GBNF, llama.cpp's grammar. Own rules instead of the package's `response_format`: they leave no room for
 * blanks, in which small models lose themselves and which cost as much as words; and the package's parser of replies,
 * which holds text back until the JSON is whole, can stay off.
 */
import type { JsonSchema } from '../../promptwizard/llm.ts';

const BASE = [
  String.raw`string ::= "\"" char* "\""`,
  String.raw`char ::= [^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})`,
  'integer ::= "-"? ("0" | [1-9] [0-9]{0,15})',
  'number ::= integer ("." [0-9]{1,15})?',
  'boolean ::= "true" | "false"',
  'any ::= string | number | boolean | "null" | anyobject | anyarray',
  String.raw`anyobject ::= "{" (string ": " any (", " string ": " any)*)? "}"`,
  'anyarray ::= "[" (any (", " any)*)? "]"',
];

/**
 * The grammar of all JSON texts of the schema, written with one space after `:` and `,`.
 * Properties come in their order. One that is not required may be left out, unless it stands before the first required one.
 */
export function toGrammar(schema: JsonSchema): string {
  const rules: string[] = [];
  const name = rule(schema, rules);
  return [`root ::= ${name}`, ...rules, ...BASE].join('\n');
}

/** Answers with the name of the rule for a schema, adding rules as needed. */
function rule(schema: JsonSchema, rules: string[]): string {
  const body = bodyOf(schema, rules);
  if (/^[a-z]+$/.test(body)) return body;
  rules.push(`r${rules.length} ::= ${body}`);
  return `r${rules.length - 1}`;
}

function bodyOf(schema: JsonSchema, rules: string[]): string {
  if (schema.enum) return schema.enum.map((value) => literal(JSON.stringify(value))).join(' | ');
  if (schema.type === 'object') return schema.properties ? objectOf(schema, rules) : 'anyobject';
  if (schema.type === 'array') return arrayOf(schema, rules);
  return schema.type;
}

function objectOf({ properties = {}, required = [] }: JsonSchema, rules: string[]): string {
  const keys = Object.keys(properties);
  const firstRequired = Math.max(
    0,
    keys.findIndex((key) => required.includes(key)),
  );
  const parts = keys.map((key, i) => {
    const pair = `${literal(`${i > 0 ? ', ' : ''}${JSON.stringify(key)}: `)} ${rule(properties[key]!, rules)}`;
    return i > firstRequired && required.length > 0 && !required.includes(key) ? `(${pair})?` : pair;
  });
  return ['"{"', ...parts, '"}"'].join(' ');
}

function arrayOf({ items, minItems = 0, maxItems }: JsonSchema, rules: string[]): string {
  if (maxItems === 0) return '"[]"';
  const item = items ? rule(items, rules) : 'any';
  const more = maxItems === 1 ? '' : `(", " ${item}){${Math.max(0, minItems - 1)},${maxItems === undefined ? '' : maxItems - 1}}`;
  return minItems > 0 ? `"[" ${item} ${more} "]"` : `"[" (${item} ${more})? "]"`;
}

const literal = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
