/** The registry: a metric is one file, one line here and one line in `MetricSpec`. */
import type { MetricKind, MetricSpec } from '../types.ts';
import { checklistMetric } from './checklist.ts';
import { choiceMetric } from './choice.ts';
import { containsMetric } from './contains.ts';
import { customMetric } from './custom.ts';
import { exactMetric } from './exact.ts';
import { jsonMetric } from './json.ts';
import type { Metric } from './kind.ts';
import { labelMetric } from './label.ts';
import { numberMetric } from './number.ts';
import { regexMetric } from './regex.ts';
import { setMetric } from './set.ts';
import { similarityMetric } from './similarity.ts';

export { readingOf, type Metric, type Reading } from './kind.ts';

const METRICS: { readonly [K in MetricKind]: (spec: Extract<MetricSpec, { kind: K }>) => Metric } = {
  exact: exactMetric,
  number: numberMetric,
  choice: choiceMetric,
  label: labelMetric,
  contains: containsMetric,
  similarity: similarityMetric,
  regex: regexMetric,
  json: jsonMetric,
  set: setMetric,
  custom: customMetric,
  checklist: checklistMetric,
};

/** The metric of a description. Made once a run: it prepares what reading needs. */
export const metricOf = (spec: MetricSpec): Metric => (METRICS[spec.kind] as (spec: MetricSpec) => Metric)(spec);
