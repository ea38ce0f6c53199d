/** After a server was found: does its model answer, and how fast. */
import type { GenRequest, GenResult } from '../engine.ts';
import { EngineError } from '../errors.ts';

const MESSAGES: GenRequest['messages'] = [{ role: 'user', content: 'Name the days of the week, in order, from Monday on.' }];
const REPLY_TOKENS = 16;
/** A server may load the model only now, or have others to answer first. */
const LIMIT_MS = 300_000;

/**
 * @returns tokens a second; 0 where nothing was measured
 * @throws EngineError `self-test-failed`, `aborted`, and those of a call
 */
export async function selfTest(
  base: string,
  generate: (request: GenRequest, signal: AbortSignal) => Promise<GenResult>,
  signal: AbortSignal,
): Promise<{ prefillPerSecond: number; decodePerSecond: number }> {
  const result = await generate({ messages: MESSAGES, maxTokens: REPLY_TOKENS, temperature: 0, seed: 0, timeoutMs: LIMIT_MS }, signal);
  if (result.finish === 'abort') throw new EngineError('aborted', 'Connecting to the server was stopped.');
  if (result.finish === 'timeout') {
    throw new EngineError(
      'self-test-failed',
      `The server at ${base} did not finish a short answer in five minutes. It may have too much to do: try again, or choose a smaller model.`,
    );
  }
  // A model that thinks first has nothing to show yet.
  if (result.tokensOut === 0 || /^[\s\uFFFD]+$/.test(result.text)) {
    throw new EngineError('self-test-failed', `The model behind ${base} gives no readable answer. Choose another one.`);
  }
  // A server that sends all at once shows no beginning: then the whole time is taken for both.
  const overall = (tokens: number) => (result.ms > 0 ? (tokens / result.ms) * 1000 : 0);
  return {
    prefillPerSecond: result.prefillPerSecond ?? overall(result.tokensIn),
    decodePerSecond: result.decodePerSecond ?? overall(result.tokensOut),
  };
}
