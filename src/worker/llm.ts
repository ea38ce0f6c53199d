/** The method's `Llm`: from the store when the same was asked before, else from the engine and into the store. */
import type { GenResult, LlmEngine } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { StoppedError, type Llm, type LlmReply, type LlmRequest } from '../promptwizard/llm.ts';
import type { CallRecord } from '../store/records.ts';
import { AskAhead, type Foresee } from './askAhead.ts';
import { callHash, ownCallHash } from '../store/hash.ts';
import type { RunInputs } from './inputs.ts';
import type { Pause } from './pause.ts';

export interface LlmParts {
  run: string;
  modelId: string;
  /** Tokens a second, measured by the self-test. */
  speed: { prefillPerSecond: number; decodePerSecond: number };
  engine: Pick<LlmEngine, 'generate' | 'countTokens' | 'graceMs'>;
  /** Calls that the engine takes side by side; one where absent. */
  parallel?: number;
  /** Which calls come next, for an engine that takes several at once. */
  foresee?: Foresee;
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

/** An `Llm`, and the way to let go of what was asked ahead. */
export interface RunLlm {
  llm: Llm;
  end(): void;
}

export function createLlm(parts: LlmParts): RunLlm {
  const { inputs, calls, foresee, parallel = 1 } = parts;
  let asked = 0;
  const find = async (request: LlmRequest): Promise<LlmReply | undefined> => {
    // Its own first: another run may have stored a better one since.
    const own = await calls.get(await ownCallHash(parts.modelId, request, parts.run));
    return (own ?? (await calls.get(await callHash(parts.modelId, request))))?.reply;
  };
  const ahead =
    foresee && parallel > 1
      ? new AskAhead({
          parallel,
          foresee,
          held: () => parts.pause.on || inputs.stopWanted,
          ask: async (request, { signal, onTokens }) =>
            (await find(request)) ?? askEngine({ ...parts, onTokens }, request, await callHash(parts.modelId, request), signal),
          onTokens: parts.onTokens,
        })
      : null;

  /** A stop takes effect only at a call that no stored event knows yet: else replay would contradict the list. */
  const stopIfWanted = async (call: number) => {
    if (!inputs.stopWanted || parts.replaying()) return;
    if (!inputs.stoppedBefore(call)) await inputs.bindStop(call);
    throw new StoppedError();
  };

  const llm: Llm = async (request) => {
    const call = asked++;
    if (inputs.stopsAt(call) || inputs.stoppedBefore(call)) throw new StoppedError();
    await stopIfWanted(call);
    const known = await find(request);
    if (known) {
      ahead?.heard(request, known);
      return known;
    }
    await parts.flush();
    while (parts.pause.on && !inputs.stopWanted) await parts.pause.passed();
    await stopIfWanted(call);
    let reply: LlmReply;
    try {
      reply = ahead ? await ahead.reply(request) : await askEngine(parts, request, await callHash(parts.modelId, request));
    } catch (error) {
      await stopIfWanted(call);
      throw error;
    }
    await stopIfWanted(call);
    if (ofThisRunOnly(reply)) reply = { ...reply, hash: await ownCallHash(parts.modelId, request, parts.run) };
    const { reply: kept } = await calls.put({ hash: reply.hash, model: parts.modelId, reply, at: Date.now() });
    ahead?.heard(request, kept);
    await stopIfWanted(call);
    return kept;
  };
  return { llm, end: () => ahead?.end() };
}

async function askEngine(parts: LlmParts, request: LlmRequest, hash: string, signal?: AbortSignal): Promise<LlmReply> {
  try {
    return await askOnce(parts, request, hash, signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'context-full') {
      return { text: '', finish: 'refused', tokensIn: 0, tokensOut: 0, ms: 0, hash };
    }
    if (error instanceof EngineError && error.code !== 'generation-failed') throw error;
    if (parts.inputs.stopWanted || signal?.aborted) throw error;
    return askOnce(parts, request, hash, signal);
  }
}

async function askOnce(parts: LlmParts, request: LlmRequest, hash: string, signal?: AbortSignal): Promise<LlmReply> {
  const { messages, schema, letters, maxTokens, temperature, seed } = request;
  const tokensIn = messages.reduce((sum, message) => sum + parts.engine.countTokens(message.content), 0);
  // Calls side by side share what a call alone was measured to have.
  const timeoutMs = callTimeout(tokensIn, maxTokens, shared(parts.speed, parts.parallel ?? 1));
  const controller = new AbortController();
  const abort = () => controller.abort();
  const forget = parts.inputs.whenStopped(abort);
  // A stop may come between the last look and here.
  if (parts.inputs.stopWanted && !parts.replaying()) abort();
  signal?.addEventListener('abort', abort);
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
    const result = await within(generating, timeoutMs + (parts.engine.graceMs ?? GRACE_MS));
    if (result.finish === 'abort') {
      throw new EngineError('aborted', 'The model was taken away during a call. What was found so far is kept; load the model and go on.');
    }
    const { text, finish, tokensIn: read, tokensOut, ms, probabilities } = result;
    return { text, finish, tokensIn: read, tokensOut, ms, hash, ...(probabilities ? { probabilities } : {}) };
  } finally {
    forget();
    signal?.removeEventListener('abort', abort);
  }
}

const shared = ({ prefillPerSecond, decodePerSecond }: LlmParts['speed'], by: number): LlmParts['speed'] => ({
  prefillPerSecond: prefillPerSecond / by,
  decodePerSecond: decodePerSecond / by,
});

function within(generating: Promise<GenResult>, ms: number): Promise<GenResult> {
  let timer: ReturnType<typeof setTimeout>;
  const hung = new Promise<never>((_, reject) => {
    const message = 'The model stopped answering. What was found so far is kept; the run goes on after a restart of the model.';
    timer = setTimeout(() => reject(new EngineError('device-lost', message)), ms);
  });
  return Promise.race([generating, hung]).finally(() => clearTimeout(timer));
}
