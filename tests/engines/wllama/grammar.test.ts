import { describe, expect, it } from 'vitest';
import { toGrammar } from '../../../src/engines/wllama/grammar.ts';

const first = (grammar: string, rules: number) => grammar.split('\n').slice(0, rules);

describe('the grammar of a schema', () => {
  it('names the properties in order, with one space after each colon and comma', () => {
    const grammar = toGrammar({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a', 'b'] });
    expect(first(grammar, 2)).toEqual(['root ::= r0', String.raw`r0 ::= "{" "\"a\": " string ", \"b\": " integer "}"`]);
  });

  it('lets a property that is not required be left out, once one is required', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'boolean' } }, required: ['a'] } as const;
    expect(toGrammar({ ...schema, required: ['a'] })).toContain(String.raw`(", \"b\": " boolean)? "}"`);
    expect(toGrammar({ ...schema, required: ['b'] })).not.toContain('?  "}"');
  });

  it('spells the values of an enum, quotes and backslashes too', () => {
    expect(toGrammar({ type: 'string', enum: ['yes', 'a "b" \\ c\n'] })).toContain(
      String.raw`r0 ::= "\"yes\"" | "\"a \\\"b\\\" \\\\ c\\n\""`,
    );
  });

  it.each([
    [{ minItems: 2, maxItems: 4 }, '"[" string (", " string){1,3} "]"'],
    [{ minItems: 1 }, '"[" string (", " string){0,} "]"'],
    [{ maxItems: 2 }, '"[" (string (", " string){0,1})? "]"'],
    [{ minItems: 1, maxItems: 1 }, '"[" string  "]"'],
    [{ maxItems: 0 }, '"[]"'],
  ])('keeps an array within %o', (bounds, body) => {
    expect(toGrammar({ type: 'array', items: { type: 'string' }, ...bounds })).toContain(body);
  });

  it('goes into lists of objects', () => {
    const grammar = toGrammar({ type: 'array', items: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } });
    expect(grammar).toContain(String.raw`r0 ::= "{" "\"n\": " number "}"`);
    expect(grammar).toContain('root ::= r1');
  });
});
