/** The registry: a metric is one file, one line here and one line in `MetricSpec`. */
import type { MetricKind, MetricSpec } from '../types.ts';
import { checklistMetric } from './checklist.ts';
import { choiceMetric } from './choice.ts';
import { containsMetric } from './contains.ts';
import { exactMetric } from './exact.ts';
import type { Metric } from './kind.ts';
import { labelMetric } from './label.ts';
import { numberMetric } from './number.ts';
import { similarityMetric } from './similarity.ts';

export { readingOf, type Metric, type Reading } from './kind.ts';

const METRICS: { readonly [K in MetricKind]: (spec: Extract<MetricSpec, { kind: K }>) => Metric } = {
  exact: exactMetric,
  number: numberMetric,
  choice: choiceMetric,
  label: labelMetric,
  contains: containsMetric,
  similarity: similarityMetric,
  checklist: checklistMetric,
};

/** The metric of a description. Made once a run: it prepares what reading needs. */
export const metricOf = (spec: MetricSpec): Metric => (METRICS[spec.kind] as (spec: MetricSpec) => Metric)(spec);
