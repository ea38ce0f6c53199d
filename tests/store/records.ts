/** Small but whole records for tests of the store. */
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { RunResult } from '../../src/promptwizard/types.ts';
import type { CallRecord, RunRecord } from '../../src/store/records.ts';

export function runRecord(id: string, change: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    version: 1,
    createdAt: 1,
    updatedAt: 1,
    status: 'done',
    input: {
      task: { prompt: 'Count the fruit.', rows: [] },
      settings: defaultSettings(),
      plan: 'trial',
      model: { id: 'm', title: 'M', contextSize: 2048 },
      seed: 7,
    },
    model: { engine: 'wllama', id: 'm', url: 'https://example.org/m.gguf' },
    app: '1.0.0',
    requestHash: 'hash of ' + id,
    ...change,
  };
}

export const note = (text: string): RunEvent => ({ type: 'note', code: 'test', text });

export const callEvent = (n: number, hash: string): RunEvent => ({
  type: 'call',
  n,
  purpose: 'solve',
  hash,
  tokensIn: 3,
  tokensOut: 2,
  ms: 10,
  finish: 'stop',
});

export const callRecord = (hash: string, text = 'seven'): CallRecord => ({
  hash,
  model: 'm',
  reply: { text, finish: 'stop', tokensIn: 3, tokensOut: 2, ms: 10, hash },
  at: 5,
});

export const runResult = (change: Partial<RunResult> = {}): RunResult => ({
  originalPrompt: 'Count the fruit.',
  messages: [{ role: 'user', content: 'Count every fruit.' }],
  optimizedPrompt: 'Count every fruit.',
  improvements: [],
  qualityScore: 0.5,
  quality: 'held-out',
  verdict: {
    outcome: 'better',
    reason: 'sign-test',
    looks: 1,
    result: 'c1',
    challenger: 'c1',
    start: null,
    final: null,
    free: null,
    comparison: null,
    againstFree: null,
    moreRows: null,
  },
  alternative: null,
  processingTime: 1,
  calls: 1,
  tokensIn: 3,
  tokensOut: 2,
  ...change,
});
export const doneEvent = (result: RunResult = runResult()): RunEvent => ({ type: 'done', result });
/** As a run that ended with `runResult()` has it. */
export const summary: NonNullable<RunRecord['summary']> = {
  outcome: 'better',
  qualityScore: 0.5,
  quality: 'held-out',
  seconds: 1,
  calls: 1,
  optimizedPrompt: 'Count every fruit.',
};
