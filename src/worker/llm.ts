/** The method's `Llm`: from the store when the same was asked before, else from the engine and into the store. */
import type { GenResult, LlmEngine } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { StoppedError, type Llm, type LlmReply, type LlmRequest } from '../promptwizard/llm.ts';
import type { CallRecord } from '../store/records.ts';
import { callHash, ownCallHash } from '../store/hash.ts';
import type { RunInputs } from './inputs.ts';
import type { Pause } from './pause.ts';

export interface LlmParts {
  run: string;
  modelId: string;
  /** Tokens a second, measured by the self-test. */
  speed: { prefillPerSecond: number; decodePerSecond: number };
  engine: Pick<LlmEngine, 'generate' | 'countTokens'>;
  calls: { get(hash: string): Promise<CallRecord | undefined>; put(call: CallRecord): Promise<CallRecord> };
  inputs: RunInputs;
  pause: Pause;
  /** True while the run's stored events are being gone through again. */
  replaying(): boolean;
  /** Stores and posts what happened before the engine is asked, which may take minutes. */
  flush(): Promise<void>;
  onTokens(tokensSoFar: number): void;
}

/** Milliseconds: three times what the measured speed makes likely, and half a minute; at least one. */
export function callTimeout(tokensIn: number, maxTokens: number, speed: LlmParts['speed']): number {
  const seconds = tokensIn / Math.max(speed.prefillPerSecond, 0.1) + maxTokens / Math.max(speed.decodePerSecond, 0.1);
  return Math.max(60_000, Math.round(3_000 * seconds + 30_000));
}

/** Cut by the clock, as when the machine slept, or refused: another run must ask again. */
const ofThisRunOnly = ({ finish }: LlmReply): boolean => finish === 'timeout' || finish === 'refused';

/** Past its own time limit the engine gets this long to come back with what it has. */
const GRACE_MS = 30_000;

export function createLlm(parts: LlmParts): Llm {
  const { inputs, calls } = parts;
  let asked = 0;

  /** A stop takes effect only at a call that no stored event knows yet: else replay would contradict the list. */
  const stopIfWanted = async (call: number) => {
    if (!inputs.stopWanted || parts.replaying()) return;
    if (!inputs.stoppedBefore(call)) await inputs.bindStop(call);
    throw new StoppedError();
  };

  return async (request) => {
    const call = asked++;
    if (inputs.stopsAt(call) || inputs.stoppedBefore(call)) throw new StoppedError();
    await stopIfWanted(call);
    const hash = await callHash(parts.modelId, request);
    const own = await ownCallHash(parts.modelId, request, parts.run);
    // Its own first: another run may have stored a better one since.
    const known = (await calls.get(own)) ?? (await calls.get(hash));
    if (known) return known.reply;
    await parts.flush();
    while (parts.pause.on && !inputs.stopWanted) await parts.pause.passed();
    await stopIfWanted(call);
    let reply: LlmReply;
    try {
      reply = await askEngine(parts, request, hash);
    } catch (error) {
      await stopIfWanted(call);
      throw error;
    }
    await stopIfWanted(call);
    if (ofThisRunOnly(reply)) reply = { ...reply, hash: own };
    const { reply: kept } = await calls.put({ hash: reply.hash, model: parts.modelId, reply, at: Date.now() });
    await stopIfWanted(call);
    return kept;
  };
}

async function askEngine(parts: LlmParts, request: LlmRequest, hash: string): Promise<LlmReply> {
  try {
    return await askOnce(parts, request, hash);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'context-full') {
      return { text: '', finish: 'refused', tokensIn: 0, tokensOut: 0, ms: 0, hash };
    }
    if (error instanceof EngineError && error.code !== 'generation-failed') throw error;
    if (parts.inputs.stopWanted) throw error;
    return askOnce(parts, request, hash);
  }
}

async function askOnce(parts: LlmParts, request: LlmRequest, hash: string): Promise<LlmReply> {
  const { messages, schema, letters, maxTokens, temperature, seed } = request;
  const tokensIn = messages.reduce((sum, message) => sum + parts.engine.countTokens(message.content), 0);
  const timeoutMs = callTimeout(tokensIn, maxTokens, parts.speed);
  const controller = new AbortController();
  const forget = parts.inputs.whenStopped(() => controller.abort());
  const generating = parts.engine.generate(
    {
      messages,
      ...(schema ? { schema } : {}),
      ...(letters ? { letters } : {}),
      maxTokens,
      temperature,
      seed,
      timeoutMs,
      onToken: parts.onTokens,
    },
    controller.signal,
  );
  try {
    const result = await within(generating, timeoutMs + GRACE_MS);
    if (result.finish === 'abort') {
      throw new EngineError('aborted', 'The model was taken away during a call. What was found so far is kept; load the model and go on.');
    }
    const { text, finish, tokensIn: read, tokensOut, ms, probabilities } = result;
    return { text, finish, tokensIn: read, tokensOut, ms, hash, ...(probabilities ? { probabilities } : {}) };
  } finally {
    forget();
  }
}

function within(generating: Promise<GenResult>, ms: number): Promise<GenResult> {
  let timer: ReturnType<typeof setTimeout>;
  const hung = new Promise<never>((_, reject) => {
    const message = 'The model stopped answering. What was found so far is kept; the run goes on after a restart of the model.';
    timer = setTimeout(() => reject(new EngineError('device-lost', message)), ms);
  });
  return Promise.race([generating, hung]).finally(() => clearTimeout(timer));
}
