import { describe, expect, test } from 'vitest';
import { meets, schemaProblem } from '../../../src/promptwizard/metrics/jsonSchema.ts';
import { metricOf } from '../../../src/promptwizard/metrics/metric.ts';
import type { MetricSpec, Row } from '../../../src/promptwizard/types.ts';

const row = (answer: string): Row => ({ id: 'r', question: 'What?', answer, origin: 'user' });
const score = (spec: Omit<Extract<MetricSpec, { kind: 'json' }>, 'kind'>, output: string, answer: string) => {
  const metric = metricOf({ kind: 'json', ...spec });
  return metric.score(metric.read(output), row(answer));
};

describe('the whole of a JSON answer', () => {
  test.each([
    ['<answer>{"a":1,"b":[2,{"c":null}]}</answer>', '{"b": [2, {"c": null}], "a": 1.0}', 1],
    ['{"a":1}', '{"a":1}', 1],
    ['Here it is:\n```json\n{"a": 1}\n```\nDone.', '{"a":1}', 1],
    ['```\n{"a": 0}\n```\nNo:\n```\n{"a": 1}\n```', '{"a":1}', 1],
    ['<answer>```json\n{"a": 1}\n```</answer>', '{"a":1}', 1],
    ['<answer>"Zu\u0308rich"</answer>', '"Zürich"', 1],
    ['<answer>{"a":"1"}</answer>', '{"a":1}', 0],
    ['<answer>{"a":1,"b":2}</answer>', '{"a":1}', 0],
    ['<answer>{"a":1}</answer>', '{"a":1,"b":null}', 0],
    ['<answer>[1,2]</answer>', '[2,1]', 0],
    ['<answer>{"__proto__":1}</answer>', '{}', 0],
    ['<answer>{"toString":1}</answer>', '{"a":1}', 0],
  ])('%j against %j is %d', (output, answer, wanted) => expect(score({}, output, answer)).toBe(wanted));

  test.each(['{"a":1', "{'a':1}", '{"a":1,}', '{a:1}', 'It is {"a":1}.', '', 'none', '[' .repeat(5000) + ']'.repeat(5000)])(
    '%j is not mended but unreadable',
    (output) => expect(metricOf({ kind: 'json' }).read(`<answer>${output}</answer>`)).toBeNull(),
  ); // prettier-ignore

  test('a row whose answer is no JSON cannot be scored', () => {
    expect(metricOf({ kind: 'json' }).canScore(row('Paris'))).toBe(false);
    expect(metricOf({ kind: 'json' }).canScore(row('```json\n[]\n```'))).toBe(true);
  });
});

describe('chosen paths', () => {
  const gold = '{"who":{"name":"Ada","age":36},"tags":["a","b"],"note":null}';
  test.each([
    [['who.name'], '{"who":{"name":"Ada"},"extra":1}', 1],
    [['who.name', 'tags.1'], '{"tags":[0,"b"],"who":{"name":"Ada"}}', 1],
    [['who.name', 'tags.1'], '{"tags":["b"],"who":{"name":"Ada"}}', 0],
    [['who'], '{"who":{"age":36.0,"name":"Ada"}}', 1],
    [['note', 'who.age'], '{"who":{"age":36}}', 1],
    [['middle', 'who.age'], '{"who":{"age":36},"middle":null}', 1],
    [['middle', 'who.age'], '{"who":{"age":36},"middle":"x"}', 0],
    [['tags.length', 'who.age'], '{"tags":[],"who":{"age":36}}', 1],
  ])('%j of %s is %d', (paths, output, wanted) => expect(score({ paths }, `<answer>${output}</answer>`, gold)).toBe(wanted));

  test('a row that has none of them cannot be scored', () => {
    const metric = metricOf({ kind: 'json', paths: ['city', 'address.city'] });
    expect(metric.canScore(row('{"town":1}'))).toBe(false);
    expect(metric.canScore(row('{"address":{"city":"Rome"}}'))).toBe(true);
    expect(metric.describe()).toBe('JSON with city, address.city');
  });
});

describe('a schema', () => {
  const schema = {
    type: 'object',
    title: 'A person',
    properties: {
      name: { type: 'string' },
      age: { type: 'integer', minimum: 0, maximum: 150 },
      role: { enum: ['user', 'admin'] },
      tags: { type: 'array', items: { type: ['string', 'null'] }, minItems: 1, maxItems: 2 },
      v: { const: { a: [1] } },
    },
    required: ['name'],
    additionalProperties: false,
  };

  test.each([
    ['{"name":"Ada"}', true],
    ['{"name":"Ada","age":36,"role":"user","tags":["x",null],"v":{"a":[1.0]}}', true],
    ['{}', false],
    ['[]', false],
    ['null', false],
    ['{"name":1}', false],
    ['{"name":"Ada","age":36.5}', false],
    ['{"name":"Ada","age":-1}', false],
    ['{"name":"Ada","age":151}', false],
    ['{"name":"Ada","role":"root"}', false],
    ['{"name":"Ada","tags":[]}', false],
    ['{"name":"Ada","tags":["a","b","c"]}', false],
    ['{"name":"Ada","tags":[1]}', false],
    ['{"name":"Ada","v":{"a":[2]}}', false],
    ['{"name":"Ada","other":1}', false],
  ])('%s meets it: %s', (text, wanted) => expect(meets(JSON.parse(text), schema)).toBe(wanted));

  test('what does not meet it is unreadable, in a reply as in a row', () => {
    const metric = metricOf({ kind: 'json', schema });
    expect(metric.read('<answer>{"name":1}</answer>')).toBeNull();
    expect(metric.canScore(row('{"name":1}'))).toBe(false);
    expect(metric.score(metric.read('<answer>{"name":"Ada"}</answer>'), row('{"name":"Ada"}'))).toBe(1);
  });

  test('other properties may have a schema of their own', () => {
    const open = { properties: { a: {} }, additionalProperties: { type: 'number' } };
    expect(meets({ a: 'x', b: 1 }, open)).toBe(true);
    expect(meets({ b: 'x' }, open)).toBe(false);
  });

  test.each([
    [{ type: 'object', pattern: 'x' }, /In the schema the keyword “pattern” cannot be checked here\. These can: type, /],
    [{ $ref: '#/x' }, /“\$ref”/],
    [{ constructor: 1 }, /“constructor”/],
    [{ type: 'text' }, /“type” must be one of object, /],
    [{ properties: { a: { items: { minimum: '1' } } } }, /In items of property “a” of the schema “minimum” must be a number\./],
    [{ required: 'name' }, /“required” must be a list of names/],
    [{ items: [{}] }, /“items” must be a schema/],
    [[], /must be an object/],
    ['x', /must be an object/],
  ])('%j is refused, and named', (odd, said) => expect(schemaProblem(odd)).toMatch(said));

  test('a sound one is taken', () => expect(schemaProblem(schema)).toBeNull());
});
