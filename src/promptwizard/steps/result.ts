/** The delivered prompt and its numbers. */
import type { RunEvent } from '../events.ts';
import { flatPrompt, templateMessages } from '../render.ts';
import type { Run } from '../run.ts';
import type { Quality, RunResult, Verdict } from '../types.ts';
import { alternativeTo } from './alternative.ts';
import { improvements } from './improvements.ts';

export function resultOf(
  run: Run,
  verdict: Verdict,
  o: { quality: Quality; acceptances: readonly Extract<RunEvent, { type: 'acceptance' }>[] },
): RunResult {
  const candidate = run.candidate(verdict.result);
  return {
    originalPrompt: run.input.task.prompt,
    messages: templateMessages(candidate, run.task),
    optimizedPrompt: flatPrompt(candidate, run.task),
    improvements: improvements(run, verdict, o.acceptances, verdict.looks > 0),
    qualityScore: o.quality === 'none' ? 0 : (verdict.final?.mean ?? 0),
    quality: o.quality,
    verdict,
    alternative: alternativeTo(run, verdict),
    processingTime: run.ms / 1000,
    calls: run.calls,
    tokensIn: run.tokensIn,
    tokensOut: run.tokensOut,
  };
}
