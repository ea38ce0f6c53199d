import type { MetricSpec } from '../types.ts';

/** Whether a row without a right answer cannot be scored. The user's own code and the judge may need none. */
export const needsAnswers = (spec: MetricSpec | null | undefined): boolean => spec?.kind !== 'custom' && spec?.kind !== 'checklist';
