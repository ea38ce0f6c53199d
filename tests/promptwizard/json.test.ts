import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson, readObject, readStrings } from '../../src/promptwizard/json.ts';

describe('tolerant reading', () => {
  it('reads strings from JSON, mended JSON, objects in arrays and lists', () => {
    expect(readStrings('{"variants": ["one", "two"]}', 'variants', false)).toEqual(['one', 'two']);
    expect(readStrings('Sure!\n```json\n["one", "two"]\n```', 'variants', false)).toEqual(['one', 'two']);
    expect(readStrings("{variants: ['one', {text: 'two'}]}", 'variants', false)).toEqual(['one', 'two']);
    expect(readStrings('1. First thing\n2) Second thing\n- third thing', 'variants', false)).toEqual([
      'First thing',
      'Second thing',
      'third thing',
    ]);
  });
  it('keeps the finished items of a cut array and drops the last', () => {
    expect(readStrings('{"variants": ["one", "two", "thr', 'variants', true)).toEqual(['one', 'two']);
    expect(readStrings('{"variants": ["one", "two"]}', 'variants', true)).toEqual(['one', 'two']);
  });
  it('strips thinking, closed or not', () => {
    expect(readObject('<think>{"a": 1}</think>{"a": 2}')).toEqual({ a: 2 });
    expect(readJson('<think>{"a": 1}')).toBeUndefined();
  });
  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.boolean(), (text, cut) => {
        expect(Array.isArray(readStrings(text, 'variants', cut))).toBe(true);
        readObject(`{"rows": [${text}`);
      }),
    );
  });
});
