import type { LlmEngine } from '../../../src/engines/engine.ts';
import { EngineError } from '../../../src/engines/errors.ts';
import type { Llm, LlmReply, LlmRequest } from '../../../src/promptwizard/llm.ts';
import { callHash } from '../../../src/store/hash.ts';
import type { CallCache } from './callCache.ts';

/** Nobody waits at the screen, and a reply that the clock cut off is no reply of the model. */
const TIMEOUT_MS = 900_000;

export interface Asked {
  request: LlmRequest;
  reply: LlmReply;
  cached: boolean;
}

/** The method's `Llm`: from the cache when the same was asked before, else from the engine and into the cache. */
export function cachedLlm(engine: Pick<LlmEngine, 'generate'>, modelId: string, cache: CallCache): (tell: (asked: Asked) => void) => Llm {
  const underWay = new Map<string, Promise<LlmReply>>();

  async function ask(request: LlmRequest, hash: string): Promise<LlmReply> {
    const { messages, schema, letters, maxTokens, temperature, seed } = request;
    const sent = { messages, ...(schema ? { schema } : {}), ...(letters ? { letters } : {}), maxTokens, temperature, seed };
    try {
      const result = await engine.generate({ ...sent, timeoutMs: TIMEOUT_MS }, new AbortController().signal);
      const { text, finish, tokensIn, tokensOut, ms, probabilities } = result;
      if (finish === 'timeout' || finish === 'abort') throw new Error(`A call was cut off after ${Math.round(ms / 1000)} s.`);
      const reply: LlmReply = { text, finish, tokensIn, tokensOut, ms, hash, ...(probabilities ? { probabilities } : {}) };
      await cache.put(reply);
      return reply;
    } catch (error) {
      if (error instanceof EngineError && error.code === 'context-full') {
        return { text: '', finish: 'refused', tokensIn: 0, tokensOut: 0, ms: 0, hash };
      }
      throw error;
    }
  }

  return (tell) => async (request) => {
    const hash = await callHash(modelId, request);
    const known = cache.get(hash);
    const pending = known ? undefined : (underWay.get(hash) ?? ask(request, hash).finally(() => underWay.delete(hash)));
    if (pending) underWay.set(hash, pending);
    const reply = known ?? (await pending!);
    tell({ request, reply, cached: known !== undefined });
    return reply;
  };
}
