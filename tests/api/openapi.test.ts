import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, STATUS } from '../../src/api/errors.ts';
import { openApiDocument } from '../../src/api/openapi.ts';
import { METHODS } from '../../src/api/routes.ts';
import { SETTING_KEYS, SETTINGS, wireName } from '../../src/promptwizard/settings.ts';

const document = openApiDocument('0.1.0', 3);
type Properties = Record<string, { type?: string; minimum?: number; maximum?: number; description?: string; anyOf?: Properties[string][] }>;
const schema = (name: string) =>
  document.components.schemas[name] as { properties: Properties; required: string[]; additionalProperties?: boolean };

describe('the OpenAPI document', () => {
  it('is valid by a published validator', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('has every setting under its name on the wire, with the range of the method’s table', () => {
    const config = schema('Config');
    expect(Object.keys(config.properties)).toEqual(SETTING_KEYS.map(wireName));
    expect(config.additionalProperties).toBe(false);
    for (const key of SETTING_KEYS) {
      const spec = SETTINGS[key];
      const found = config.properties[wireName(key)]!;
      expect(found.description).toContain(spec.help);
      if (spec.kind !== 'integer' && spec.kind !== 'number') continue;
      expect(spec.nullable ? found.anyOf![0] : found).toMatchObject({ type: spec.kind, minimum: spec.min, maximum: spec.max });
    }
  });

  it('has the fields that earlier callers know, and asks for the prompt alone', () => {
    expect(schema('OptimizeRequest').required).toEqual(['prompt']);
    expect(Object.keys(schema('OptimizeResponse').properties).slice(0, 5)).toEqual([
      'original_prompt',
      'optimized_prompt',
      'improvements',
      'quality_score',
      'processing_time',
    ]);
    expect(schema('HealthResponse').required.slice(0, 4)).toEqual(['status', 'model', 'promptwizard_version', 'timestamp']);
  });

  it.each([
    [0, 'none waits'],
    [1, 'one waits'],
    [20, '20 wait'],
  ])('says how many requests may wait: %s', (most, words) => {
    expect(openApiDocument('0.1.0', most).paths['/api/v1/optimize'].post.description).toContain(`One run works and ${words}.`);
  });

  it('has every address with its methods, and every error with its status', () => {
    const methods = Object.values(document.paths).map((path) => Object.keys(path).filter((name) => name !== 'parameters'));
    expect(methods.map((names) => names.map((name) => name.toUpperCase()))).toEqual([METHODS.optimize, METHODS.health, METHODS.run]);
    const text = JSON.stringify(document.paths);
    for (const code of ERROR_CODES) {
      expect(text).toContain(`\`${code}\``);
      expect(text).toContain(`"${STATUS[code]}"`);
    }
  });
});
