/** The result as a file: what another program needs to use the prompt, and what it was measured on. */
import type { RunResult } from '../../promptwizard/types.ts';
import type { RunRecord } from '../../store/records.ts';

/** What a result needs of its run; a recorded run that ships with the app has no more. */
export type ShownRun = Pick<RunRecord, 'id' | 'createdAt' | 'input'>;

export function exportJson(record: ShownRun, result: RunResult): string {
  return JSON.stringify(
    {
      format: 'promptevolver-result',
      version: 1,
      created_at: new Date(record.createdAt).toISOString(),
      run_id: record.id,
      model: record.input.model.id,
      plan: record.input.plan,
      original_prompt: result.originalPrompt,
      optimized_prompt: result.optimizedPrompt,
      messages: result.messages,
      improvements: result.improvements,
      quality_score: result.qualityScore,
      quality: result.quality,
      processing_time: result.processingTime,
      verdict: result.verdict,
      usage: { calls: result.calls, tokens_in: result.tokensIn, tokens_out: result.tokensOut },
    },
    null,
    2,
  );
}
