/** A test double of the method: a few calls in a row, a note after each, and practice rows in the middle. */
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import { StoppedError } from '../../../src/promptwizard/llm.ts';
import type { RunResult, Verdict } from '../../../src/promptwizard/types.ts';
import type { Optimize } from '../../../src/worker/run.ts';

export interface CountingOptions {
  calls?: number;
  /** Before this call the rows are shown for checking. */
  reviewAt?: number;
  version?: string;
  /** Put into every note: another text is another method. */
  word?: string;
}

export function countingMethod({ calls = 4, reviewAt, version = '1', word = 'call' }: CountingOptions = {}): Optimize {
  return async function* (input, llm, deps) {
    yield { type: 'run-started', input, version };
    let outcome: Verdict['outcome'] = 'better';
    let ms = 0;
    let made = 0;
    try {
      for (let n = 0; n < calls; n++) {
        if (n === reviewAt) {
          yield { type: 'rows-made', position: n, rows: input.task.rows, dropped: [] };
          const rows = await deps.reviewRows({ kind: 'review-rows', position: n, rows: input.task.rows });
          yield { type: 'rows-reviewed', position: n, rows };
        }
        if (deps.stopped(n)) throw new StoppedError();
        const content = `${input.task.prompt} #${n}`;
        const reply = await llm({
          purpose: 'solve',
          messages: [{ role: 'user', content }],
          maxTokens: 16,
          temperature: 0.5,
          seed: input.seed,
        });
        ms += reply.ms;
        made++;
        const { hash, tokensIn, tokensOut, finish } = reply;
        yield { type: 'call', n, purpose: 'solve', hash, tokensIn, tokensOut, ms: reply.ms, finish };
        yield { type: 'note', code: word, text: `${word} ${n}: ${reply.finish} ${reply.text} ${deps.countTokens(reply.text)}` };
      }
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
      outcome = 'stopped';
      yield { type: 'note', code: 'stopped', text: 'The best so far is kept.' };
    }
    yield { type: 'done', result: result(input.task.prompt, outcome, made, ms) } satisfies RunEvent;
  };
}

function result(prompt: string, outcome: Verdict['outcome'], calls: number, ms: number): RunResult {
  const verdict: Verdict = {
    outcome,
    reason: outcome === 'stopped' ? 'stopped' : 'sign-test',
    looks: 0,
    result: 'c0',
    challenger: 'c0',
    start: null,
    final: null,
    free: null,
    comparison: null,
    againstFree: null,
    moreRows: null,
  };
  return {
    originalPrompt: prompt,
    messages: [],
    optimizedPrompt: prompt,
    improvements: [],
    qualityScore: 0,
    quality: 'none',
    verdict,
    alternative: null,
    processingTime: ms / 1000,
    calls,
    tokensIn: 0,
    tokensOut: 0,
  };
}
