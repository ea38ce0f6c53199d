import { describe, expect, test } from 'vitest';
import { metricProblem, type MetricProblem } from '../../../src/promptwizard/metrics/problem.ts';
import type { MetricSpec } from '../../../src/promptwizard/types.ts';

describe('what is wrong with a metric by itself', () => {
  test.each<[MetricSpec, MetricProblem['field'], RegExp]>([
    [{ kind: 'regex', pattern: '  ' }, 'pattern', /Write a pattern/],
    [{ kind: 'regex', pattern: '(' }, 'pattern', /^This pattern is not valid: Unterminated group\.$/],
    [{ kind: 'regex', pattern: '[z-{{answer}}' }, 'pattern', /not valid/],
    [{ kind: 'regex', pattern: 'x'.repeat(2001) }, 'pattern', /2,000 characters/],
    [{ kind: 'regex', pattern: 'x', flags: 'g' }, 'flags', /flags can be/],
    [{ kind: 'regex', pattern: 'x', flags: 'ii' }, 'flags', /each once/],
    [{ kind: 'regex', pattern: 'x', flags: 'uv' }, 'flags', /u or v/],
    [{ kind: 'custom', code: ' \n' }, 'code', /Write a function/],
    [{ kind: 'custom', code: 'x'.repeat(20_001) }, 'code', /20,000 characters/],
    [{ kind: 'checklist', criteria: [' ', '?'].slice(0, 1) }, 'criteria', /at least one/],
    [{ kind: 'checklist', criteria: Array.from({ length: 9 }, (_, i) => `Is it ${i}?`) }, 'criteria', /there are 9/],
    [{ kind: 'set', threshold: 0 }, 'threshold', /over 0/],
    [{ kind: 'set', threshold: NaN }, 'threshold', /over 0/],
    [{ kind: 'json', paths: ['a..b'] }, 'paths', /“a\.\.b” is no path/],
    [{ kind: 'json', schema: { format: 'date' } }, 'schema', /“format”/],
    [{ kind: 'label', labels: ['Yes', 'yes'] }, 'labels', /two labels/],
    [{ kind: 'label', labels: ['Yes', 'No'], synonyms: { Maybe: ['perhaps'] } }, 'synonyms', /“Maybe” is none of the labels/],
    [{ kind: 'label', labels: ['Yes', 'No'], synonyms: { Yes: ['ok'], No: ['OK'] } }, 'synonyms', /“ok” cannot stand for both yes and no/],
    [{ kind: 'label', labels: ['Yes', 'No'], synonyms: { Yes: ['no'] } }, 'synonyms', /both/],
    [{ kind: 'choice', letters: ['A'] }, 'letters', /two letters/],
    [{ kind: 'number', tolerance: -1 }, 'tolerance', /0 or more/],
  ])('%j: at %s', (spec, field, said) => expect(metricProblem(spec)).toEqual({ field, message: expect.stringMatching(said) }));

  test.each<MetricSpec>([
    { kind: 'exact' },
    { kind: 'number', tolerance: 0 },
    { kind: 'regex', pattern: '^{{answer}}$', flags: 'imsv' },
    { kind: 'json' },
    { kind: 'json', paths: ['a.0'], schema: { type: 'object' } },
    { kind: 'set', threshold: 1 },
    { kind: 'label', labels: ['Yes', 'No'], synonyms: { yes: ['yep', 'true'], No: [''] } },
    { kind: 'custom', code: '() => 1' },
    { kind: 'checklist', criteria: ['Is it short?'] },
  ])('%j: nothing', (spec) => expect(metricProblem(spec)).toBeNull());
});
