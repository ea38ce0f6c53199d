/** One call: messages in, text out, with its figures, its time limit and its abort. */
import type { ChatCompletionChunk } from '@wllama/wllama/esm/index.js';
import type { GenRequest, GenResult } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { readLetters } from '../letters.ts';
import type { ControlTokens } from './control-tokens.ts';
import { forLetters, toChances } from './letters.ts';
import { isOutOfMemory, type Runtime } from './runtime.ts';
import { stripThinking } from './strip-thinking.ts';

/** llama.cpp's own defaults, written down so that a new version of it does not change the replies. */
const SAMPLING = { top_k: 40, top_p: 0.95, min_p: 0.05 };
/** After an abort the engine answers at the end of a stretch of the prompt; one that does not answer by then is lost. */
const GRACE_MS = 120_000;

/**
 * @param grammar GBNF that the reply must follow
 * @throws EngineError `context-full`, `generation-failed`, `out-of-memory`, `device-lost`
 */
export async function complete(
  runtime: Runtime,
  request: GenRequest,
  grammar: string | undefined,
  control: ControlTokens,
  signal: AbortSignal,
): Promise<GenResult> {
  const began = performance.now();
  const stop = new AbortController();
  let stoppedBy: 'abort' | 'timeout' | null = null;
  let giveUp: (error: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => (giveUp = reject));
  lost.catch(() => {});
  let graceTimer: ReturnType<typeof setTimeout> | undefined;
  const end = (by: 'abort' | 'timeout') => () => {
    if (stoppedBy) return;
    stoppedBy = by;
    stop.abort();
    graceTimer = setTimeout(() => giveUp(deviceLost(null)), GRACE_MS);
  };
  const onAbort = end('abort');
  signal.addEventListener('abort', onAbort);
  const timer = request.timeoutMs === undefined ? undefined : setTimeout(end('timeout'), request.timeoutMs);

  const seen = { text: '', finish: '', chunk: null as ChatCompletionChunk | null, promptTokens: 0, logprobs: [] as unknown[] };
  runtime.complaint();
  try {
    const done = runtime.wllama.createChatCompletion({
      messages: request.messages.map(({ role, content }) => ({ role, content: control.defuse(content) })),
      max_tokens: request.maxTokens,
      temperature: request.temperature,
      seed: request.seed,
      ...SAMPLING,
      ...(grammar === undefined ? {} : { grammar }),
      ...(request.letters ? forLetters(request.letters) : {}),
      cache_prompt: true,
      timings_per_token: true,
      return_progress: true,
      chat_template_kwargs: { enable_thinking: false },
      abortSignal: stop.signal,
      stream: true,
      onData(chunk: ChatCompletionChunk) {
        seen.chunk = chunk;
        seen.promptTokens = chunk.prompt_progress?.total ?? seen.promptTokens;
        const choice = chunk.choices[0];
        seen.text += choice?.delta.content ?? '';
        seen.logprobs.push(...(choice?.logprobs?.content ?? []));
        seen.finish = choice?.finish_reason ?? seen.finish;
        if (choice?.delta.content) request.onToken?.(chunk.timings?.predicted_n ?? 0);
      },
    });
    await Promise.race([done, lost]);
  } catch (error) {
    if (!(stoppedBy && error instanceof Error && error.name === 'AbortError')) throw callError(error, runtime.complaint());
  } finally {
    clearTimeout(timer);
    clearTimeout(graceTimer);
    signal.removeEventListener('abort', onAbort);
  }

  const timings = seen.chunk?.timings;
  const text = control.restore(stripThinking(seen.text));
  return {
    ...(request.letters ? readLetters(text, toChances(seen.logprobs), request.letters) : { text }),
    finish: stoppedBy && !seen.finish ? stoppedBy : seen.finish === 'length' ? 'length' : 'stop',
    // A call that is stopped early has not computed its whole prompt.
    tokensIn: Math.max(seen.promptTokens, (timings?.cache_n ?? 0) + (timings?.prompt_n ?? 0)),
    tokensOut: timings?.predicted_n ?? 0,
    tokensReused: timings?.cache_n ?? 0,
    ms: Math.round(performance.now() - began),
    prefillPerSecond: perSecond(timings?.prompt_n, timings?.prompt_ms),
    decodePerSecond: perSecond(timings?.predicted_n, timings?.predicted_ms),
  };
}

const perSecond = (tokens = 0, ms = 0): number | null => (tokens > 0 && ms > 0 ? (tokens / ms) * 1000 : null);

function callError(error: unknown, complaint: string): EngineError {
  if (error instanceof EngineError) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const [, asked, size] = /\((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/.exec(message) ?? [];
  if (asked) {
    return new EngineError(
      'context-full',
      `The prompt has ${asked} tokens, and this model reads ${size} at once. Shorten it, or use fewer examples.`,
      { cause: error },
    );
  }
  if (isOutOfMemory(`${message} ${complaint}`)) {
    return new EngineError(
      'out-of-memory',
      'The memory for this page is full. What was done is kept. Close other tabs, load the model again, or choose a smaller one.',
      { cause: error },
    );
  }
  // A call that llama.cpp refuses with an exception comes back as an address of nothing, which the package then fails to read.
  const refused = /typed array length|magic number|out of bounds/i.test(message) && complaint !== '';
  if (name === 'RuntimeError' && !refused) return deviceLost(error);
  return new EngineError(
    'generation-failed',
    `The model could not answer${complaint ? ` (${complaint.slice(0, 160)})` : ''}. Try again; if it fails again, choose another model.`,
    {
      cause: error,
    },
  );
}

const deviceLost = (cause: unknown) =>
  new EngineError('device-lost', 'The engine for the CPU stopped working. What was done is kept. Load the model again to go on.', {
    cause,
  });
