/** After a load: does the model answer, and how fast. */
import type { GenRequest, GenResult } from '../engine.ts';
import { EngineError } from '../errors.ts';

const MESSAGES: GenRequest['messages'] = [
  {
    role: 'system',
    content: 'You are a careful assistant. You answer in one short sentence, with plain words, and say nothing that was not asked.',
  },
  { role: 'user', content: 'Name the days of the week, in order, from Monday on.' },
];
/** Enough to measure by, and little on a slow machine. */
const REPLY_TOKENS = 16;
const LIMIT_MS = 60_000;

/**
 * @returns tokens a second
 * @throws EngineError `self-test-failed` when nothing readable comes back, or not in time; `aborted`
 */
export async function selfTest(
  generate: (request: GenRequest, signal: AbortSignal) => Promise<GenResult>,
  signal: AbortSignal,
): Promise<{ prefillPerSecond: number; decodePerSecond: number }> {
  const result = await generate({ messages: MESSAGES, maxTokens: REPLY_TOKENS, temperature: 0, seed: 0, timeoutMs: LIMIT_MS }, signal);
  if (result.finish === 'abort') throw new EngineError('aborted', 'Loading was stopped. The downloaded model is kept.');
  if (result.finish === 'timeout') {
    throw new EngineError(
      'self-test-failed',
      'This model is too slow on this machine: a short answer took more than a minute. Choose a smaller model.',
    );
  }
  // A model that thinks first has nothing to show yet; one whose weights are wrong repeats what can't be decoded.
  if (result.tokensOut === 0 || /^[\s\uFFFD]+$/.test(result.text)) {
    throw new EngineError(
      'self-test-failed',
      'This model loads but gives no readable answer. Remove it and fetch it again, or choose another model.',
    );
  }
  return { prefillPerSecond: result.prefillPerSecond ?? 0, decodePerSecond: result.decodePerSecond ?? 0 };
}
