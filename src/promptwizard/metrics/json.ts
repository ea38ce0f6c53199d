import type { MetricSpec, Row } from '../types.ts';
import { meets } from './jsonSchema.ts';
import { atPath, jsonIn, sameJson } from './jsonText.ts';
import type { Metric } from './kind.ts';
import { firstRead } from './span.ts';

/**
 * JSON in the answer mark, or the whole reply, or its last code fence. What does not parse, or does not meet the schema,
 * is unreadable. Right when all chosen paths hold what the row's answer has there; a path that the row's answer lacks
 * must be absent or null in the reply too.
 */
export function jsonMetric(spec: Extract<MetricSpec, { kind: 'json' }>): Metric {
  const { schema } = spec;
  const paths = spec.paths ?? [];
  const valueIn = (text: string): unknown => {
    const value = jsonIn(text);
    return value !== undefined && (!schema || meets(value, schema)) ? value : undefined;
  };
  const goldOf = (row: Row): unknown => {
    const gold = valueIn(row.answer ?? '');
    return paths.length === 0 || paths.some((path) => atPath(gold, path) !== undefined) ? gold : undefined;
  };
  return {
    spec,
    read(output) {
      return firstRead(output, (span) => {
        const value = valueIn(span);
        return value === undefined ? null : JSON.stringify(value);
      });
    },
    score(read, row) {
      const gold = read === null ? undefined : goldOf(row);
      if (gold === undefined) return 0;
      const found: unknown = JSON.parse(read!);
      if (paths.length === 0) return sameJson(found, gold) ? 1 : 0;
      return paths.every((path) => sameJson(atPath(found, path) ?? null, atPath(gold, path) ?? null)) ? 1 : 0;
    },
    canScore: (row) => goldOf(row) !== undefined,
    describe() {
      if (schema) return 'JSON that meets the schema';
      return paths.length === 0 ? 'JSON' : `JSON with ${paths.join(', ')}`;
    },
    ask: 'End with the JSON alone in <answer></answer> tags',
    labels: [],
  };
}
