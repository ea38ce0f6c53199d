import type { RunResult } from '../promptwizard/types.ts';
import type { RunRecord } from './records.ts';

/** What a run's record keeps of its result, so that a list of runs reads no events. */
export const summaryOf = ({
  verdict,
  qualityScore,
  quality,
  processingTime: seconds,
  calls,
  optimizedPrompt,
}: RunResult): NonNullable<RunRecord['summary']> => ({ outcome: verdict.outcome, qualityScore, quality, seconds, calls, optimizedPrompt });
