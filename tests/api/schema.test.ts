import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/errors.ts';
import { MOST_ROWS, MOST_TEXT } from '../../src/api/limits.ts';
import { readBody } from '../../src/api/readBody.ts';
import { readRequest } from '../../src/api/request.ts';
import { METRIC_KINDS } from '../../src/api/schema.ts';
import { SETTING_KEYS, SETTINGS, wireName, type SettingSpec } from '../../src/promptwizard/settings.ts';

const refusal = (input: unknown): ApiError => {
  try {
    readRequest(input);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

/** One of every kind that JSON has. */
const KINDS: Record<string, unknown> = { text: 'secret words', number: -7.5, yes: true, list: ['secret words'], object: { secret: 1 } };
const others = (...fitting: string[]) => Object.entries(KINDS).filter(([kind]) => !fitting.includes(kind));

/** By field: the kinds that it takes. */
const FIELDS: Record<string, string[]> = {
  prompt: ['text'],
  session_id: ['text'],
  config: ['object'],
  rows: ['list'],
  metric: ['object'],
  task_description: ['text'],
  answer_format: ['text'],
  timeout: [],
  plan: [],
  system: ['text'],
  anew: ['yes'],
};

describe('a field of the wrong kind', () => {
  it.each(Object.entries(FIELDS).flatMap(([field, fitting]) => others(...fitting).map(([kind, value]) => [field, kind, value] as const)))(
    'is refused: %s as %s',
    (field, _kind, value) => {
      const error = refusal({ prompt: 'Count.', [field]: value });
      expect(error.status).toBe(422);
      expect(error.more.field).toBe(field);
      expect(error.message).toMatch(new RegExp(`^${field} must be .+; it is .+\\.$`));
      expect(error.message).not.toContain('secret');
    },
  );

  it.each(['session_id', 'config', 'rows', 'metric', 'task_description', 'answer_format', 'timeout', 'plan', 'system', 'anew'])(
    'null is as if %s were left out',
    (field) => {
      expect(readRequest({ prompt: 'Count.', [field]: null })).toEqual(readRequest({ prompt: 'Count.' }));
    },
  );

  const fits = (spec: SettingSpec): string[] => (spec.kind === 'boolean' ? ['yes'] : []);
  it.each(SETTING_KEYS.flatMap((key) => others(...fits(SETTINGS[key])).map(([kind, value]) => [wireName(key), kind, value] as const)))(
    'is refused: config.%s as %s',
    (name, _kind, value) => {
      const error = refusal({ prompt: 'Count.', config: { [name]: value } });
      expect([error.status, error.more.field]).toEqual([422, `config.${name}`]);
      expect(error.message).not.toContain('secret');
    },
  );

  it.each(
    ['question', 'answer', 'reasoning', 'inputs'].flatMap((name) =>
      others(name === 'inputs' ? 'object' : 'text').map(([kind, value]) => [name, kind, value] as const),
    ),
  )('is refused: rows.1.%s as %s', (name, _kind, value) => {
    const rows = [{ question: 'a' }, { question: 'b', inputs: { x: 'y' }, [name]: value }];
    const error = refusal({ prompt: 'Count.', rows });
    expect([error.status, error.more.field]).toEqual([422, `rows.1.${name}`]);
  });

  it.each(others('object'))('is refused: a row as %s', (_kind, value) => {
    expect(refusal({ prompt: 'Count.', rows: [value] }).more.field).toBe('rows.0');
  });
  it.each([...others('object'), ['null', null]])('is refused: the body as %s', (_kind, value) => {
    const error = refusal(value);
    expect([error.status, error.more.field]).toEqual([422, 'body']);
  });
});

describe('a setting', () => {
  it('is taken at both ends of its range and refused beyond them, by the method’s own table', () => {
    for (const key of SETTING_KEYS) {
      const spec = SETTINGS[key];
      if (spec.kind !== 'integer' && spec.kind !== 'number') continue;
      const read = (value: unknown) => readRequest({ prompt: 'Count.', config: { [wireName(key)]: value } }).settings;
      expect(read(spec.min)).toEqual({ [key]: spec.min });
      expect(read(spec.max)).toEqual({ [key]: spec.max });
      if (spec.nullable) expect(read(null)).toEqual({ [key]: null });
      for (const value of [spec.min - 1, spec.max + 1, ...(spec.kind === 'integer' ? [spec.min + 0.5] : [])]) {
        const error = refusal({ prompt: 'Count.', config: { [wireName(key)]: value } });
        expect(error.message).toContain(`from ${spec.min} to ${spec.max}`);
        expect(error.message).toContain(String(value));
      }
    }
  });
  it('that is not known is refused, and the known ones are listed', () => {
    const error = refusal({ prompt: 'Count.', config: { mutate_refine_iteration: 3 } });
    expect(error.message).toMatch(/^config\.mutate_refine_iteration is not known here\. Known are: mutate_refine_iterations, /);
  });
});

describe('a request', () => {
  it('keeps what the method needs, in its own names', () => {
    expect(
      readRequest({
        prompt: '  Count. ',
        session_id: 's1',
        config: { top_n: 2 },
        rows: [{ question: 'One and one?', answer: '2', source: 'a book' }, { inputs: { a: '1' } }],
        metric: { kind: 'number', tolerance: 0.5 },
        task_description: ' Counting ',
        answer_format: 'a number',
        timeout: 30,
        plan: 'quick',
        an_old_field: 1,
      }),
    ).toEqual({
      task: {
        prompt: '  Count. ',
        description: 'Counting',
        answerFormat: 'a number',
        rows: [
          { id: 'r1', question: 'One and one?', answer: '2', origin: 'user' },
          { id: 'r2', question: '', inputs: { a: '1' }, origin: 'user' },
        ],
        metric: { kind: 'number', tolerance: 0.5 },
      },
      settings: { topN: 2 },
      plan: 'quick',
      sessionId: 's1',
      timeout: 30_000,
      anew: false,
    });
  });
  it('replaces halves of characters, which no model takes', () => {
    expect(readRequest({ prompt: 'a\ud800b \ud83d\ude00' }).task.prompt).toBe('a\ufffdb \ud83d\ude00');
  });
  it.each([
    ['missing', {}, 422, 'bad_field'],
    ['empty', { prompt: '' }, 400, 'empty_prompt'],
    ['blank', { prompt: ' \n' }, 400, 'empty_prompt'],
  ])('with a prompt that is %s is refused', (_what, input, status, code) => {
    expect(refusal(input)).toMatchObject({ status, code, more: { field: 'prompt' } });
  });
  it('that is too long is refused with 413 and its length', () => {
    expect(refusal({ prompt: 'x'.repeat(MOST_TEXT + 1) })).toMatchObject({ status: 413, code: 'too_long' });
    expect(refusal({ prompt: 'x', rows: Array.from({ length: MOST_ROWS + 1 }, () => ({ question: 'q' })) })).toMatchObject({
      status: 413,
      code: 'too_many_rows',
    });
    expect(readRequest({ prompt: 'x', rows: Array.from({ length: MOST_ROWS }, () => ({ question: 'q' })) }).task.rows).toHaveLength(
      MOST_ROWS,
    );
  });
  it('with a row that asks nothing is refused', () => {
    expect(refusal({ prompt: 'x', rows: [{ answer: '1' }] })).toMatchObject({ status: 422, more: { field: 'rows.0' } });
  });
  it.each([0, 0.5, 86_401, -1])('with a timeout of %s is refused, and the range is named', (timeout) => {
    expect(refusal({ prompt: 'x', timeout }).message).toContain('from 1 to 86400');
  });
});

describe('a metric', () => {
  it('of an unknown kind, or of none, is refused with the kinds', () => {
    for (const metric of [{ kind: 'secret' }, {}, { kind: 3 }]) {
      const { message } = refusal({ prompt: 'x', metric });
      for (const kind of METRIC_KINDS) expect(message).toContain(kind);
      expect(message).not.toContain('secret');
    }
  });
  it.each([
    [{ kind: 'exact', letters: [] }, 'metric.letters'],
    [{ kind: 'label' }, 'metric.labels'],
    [{ kind: 'label', labels: 'a' }, 'metric.labels'],
    [{ kind: 'label', labels: ['a', 3] }, 'metric.labels.1'],
    [{ kind: 'label', labels: ['a', 'b'], synonyms: { a: 'x' } }, 'metric.synonyms.a'],
    [{ kind: 'number', tolerance: '1' }, 'metric.tolerance'],
    [{ kind: 'set', threshold: 0 }, 'metric.threshold'],
    [{ kind: 'regex', pattern: '(' }, 'metric.pattern'],
    [{ kind: 'json', schema: [] }, 'metric.schema'],
    [{ kind: 'json', schema: { $ref: 'x' } }, 'metric.schema'],
    [{ kind: 'choice', letters: ['A'] }, 'metric.letters'],
    [{ kind: 'checklist', criteria: [] }, 'metric.criteria'],
    [{ kind: 'custom', code: '' }, 'metric.code'],
  ])('that cannot be used is refused at its field: %j', (metric, field) => {
    expect(refusal({ prompt: 'x', metric })).toMatchObject({ status: 422, more: { field } });
  });
});

describe('a body', () => {
  const body = (text: string) => new TextEncoder().encode(text);
  const refused = (bytes: Uint8Array) => {
    try {
      readBody(bytes);
    } catch (error) {
      return (error as ApiError).code;
    }
    throw new Error('it was taken');
  };
  it('that is no JSON is refused in words', () => {
    expect(refused(body(''))).toBe('bad_json');
    expect(refused(body('{"prompt": "x"'))).toBe('bad_json');
    expect(refused(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))).toBe('bad_json');
  });
  it('that is 10,000 deep, or too large, is refused before anything reads it', () => {
    expect(refused(body('['.repeat(10_000) + ']'.repeat(10_000)))).toBe('too_deep');
    expect(refused(body('{"a":'.repeat(10_000)))).toBe('too_deep');
    expect(refused(new Uint8Array(20_000_001))).toBe('body_too_large');
  });
  it('with brackets in texts is not deep', () => {
    expect(readBody(body(JSON.stringify({ prompt: '[{"\\"'.repeat(1000) })))).toEqual({ prompt: '[{"\\"'.repeat(1000) });
  });
});
