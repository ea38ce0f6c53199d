/** How a run ended: what goes into its record, and the sentence for who reads it. */
import { EngineError } from '../engines/errors.ts';
import { InputError } from '../promptwizard/errors.ts';
import type { RunEvent } from '../promptwizard/events.ts';
import { SandboxError } from '../sandbox/sandbox.ts';
import { StoreError } from '../store/errors.ts';
import type { RunRecord, RunStatus } from '../store/records.ts';
import { summaryOf } from '../store/summary.ts';
import { ReplayDiffers } from './eventList.ts';

export interface RunEnd {
  status: RunStatus;
  summary?: RunRecord['summary'];
  /** Present where the site's limit of time ended it. */
  error?: string;
  tokens?: number;
}

export function endOf({ result }: Extract<RunEvent, { type: 'done' }>): RunEnd {
  return {
    status: result.verdict.outcome === 'stopped' ? 'stopped' : 'done',
    summary: summaryOf(result),
    tokens: result.tokensIn + result.tokensOut,
  };
}

export function faultSentence(error: unknown): string {
  if ([EngineError, StoreError, InputError, SandboxError].some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof ReplayDiffers) {
    return 'This run can not be taken up again: going through it a second time gave something else. That is a fault of this app. What was stored is kept to look at; start it anew.';
  }
  const name = error instanceof Error ? error.name : typeof error;
  return `The run ended by a fault of this app (${name}). What was found so far is kept; start it anew.`;
}
