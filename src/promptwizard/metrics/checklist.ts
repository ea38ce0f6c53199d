import type { MetricSpec } from '../types.ts';
import type { Metric } from './kind.ts';

/**
 * Open tasks: no reading by code. The judging call of `steps/judge.ts` reads a reply as one letter a criterion, `y` or
 * `n`; here is only what that and a stored run need.
 */
export function checklistMetric(spec: Extract<MetricSpec, { kind: 'checklist' }>): Metric {
  return {
    spec,
    read: (output) => output.trim() || null,
    score: (read) => (read === null ? 0 : Array.from(read).filter((letter) => letter === 'y').length / Math.max(1, spec.criteria.length)),
    canScore: () => true,
    describe: () => `judged by ${spec.criteria.length} yes-or-no criteria`,
    ask: '',
    labels: [],
  };
}
