/** One call: messages in, text out, with its figures, its time limit and its abort. */
import { estimateTokens } from '../../promptwizard/tokens.ts';
import type { GenRequest, GenResult } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { readLetters } from '../letters.ts';
import { stripThinking } from '../wllama/strip-thinking.ts';
import { bodyOf, fieldsNamed, giveUp, type Optional } from './body.ts';
import { chunksOf, type Chunk } from './chunks.ts';
import { quoted, refusal, RejectedError } from './errors.ts';
import { toChances, type TokenLogprob } from './letters.ts';
import { send, type Server } from './send.ts';
import type { ServedModel } from './served.ts';

/** @param rejected fields that this server is known not to take; grows */
export async function complete(
  server: Server,
  model: ServedModel,
  rejected: Set<Optional>,
  request: GenRequest,
  signal: AbortSignal,
): Promise<GenResult> {
  const stop = new AbortController();
  let stoppedBy: 'abort' | 'timeout' | null = null;
  const end = (by: 'abort' | 'timeout') => () => {
    stoppedBy ??= by;
    stop.abort();
  };
  const onAbort = end('abort');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const seen = new Seen();
  const onTry = () => {
    seen.began = performance.now();
    clearTimeout(timer);
    if (request.timeoutMs !== undefined) timer = setTimeout(end('timeout'), request.timeoutMs);
  };
  try {
    const response = await sendAsTaken(server, model, rejected, request, { signal: stop.signal, onTry });
    for await (const chunk of chunksOf(response, server.base)) {
      if (chunk === 'done') seen.done = true;
      else {
        if (chunk.error) throw streamError(server.base, chunk.error);
        seen.take(chunk);
        if (chunk.choices?.[0]?.delta?.content) request.onToken?.(seen.pieces);
      }
    }
    if (!seen.done && seen.finish === '') {
      throw new EngineError('generation-failed', `The server at ${server.base} broke off in the middle of a reply. Try again.`);
    }
  } catch (error) {
    if (stoppedBy === null) {
      // A connection that breaks in the middle comes as the same error as a server that is not there.
      if (error instanceof TypeError || (error instanceof Error && error.name === 'AbortError'))
        throw new EngineError('generation-failed', `The connection to the server at ${server.base} broke off. Try again.`, {
          cause: error,
        });
      if (error instanceof RejectedError)
        throw new EngineError('generation-failed', `The server at ${server.base} does not take this request${quoted(error.message)}.`, {
          cause: error,
        });
      throw error;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
  return seen.result(request, seen.finish === '' ? stoppedBy : null);
}

/** A server that does not know a field is asked without it, then and from then on. */
async function sendAsTaken(
  server: Server,
  model: ServedModel,
  rejected: Set<Optional>,
  request: GenRequest,
  sending: { signal: AbortSignal; onTry: () => void },
): Promise<Response> {
  const without = new Set(rejected);
  for (;;) {
    const body = bodyOf(request, model, without);
    try {
      const response = await send(server, '/chat/completions', body, {
        ...sending,
        model: model.name,
        overField: (words) => fieldsNamed(body, words).length > 0,
      });
      for (const field of without) rejected.add(field);
      return response;
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      const fields = giveUp(body, error.message);
      if (fields.length === 0) throw error;
      for (const field of fields) without.add(field);
    }
  }
}

function streamError(base: string, error: NonNullable<Chunk['error']>): Error {
  return refusal(base, { status: 500, words: typeof error === 'string' ? error : (error.message ?? '') });
}

/** The reply so far. */
class Seen {
  began = performance.now();
  done = false;
  finish = '';
  pieces = 0;
  private text = '';
  private first: number | null = null;
  private last = 0;
  private usage: NonNullable<Chunk['usage']> = {};
  private timings: NonNullable<Chunk['timings']> = {};
  private readonly told: TokenLogprob[] = [];

  take({ choices, usage, timings }: Chunk): void {
    const choice = choices?.[0];
    const content = choice?.delta?.content ?? choice?.message?.content ?? '';
    if (content !== '') {
      this.text += content;
      this.pieces++;
      this.first ??= performance.now();
    }
    this.last = performance.now();
    this.finish = choice?.finish_reason ?? this.finish;
    this.told.push(...(choice?.logprobs?.content ?? []));
    this.usage = usage ?? this.usage;
    this.timings = timings ?? this.timings;
  }

  /** Tokens as the server counted them; a reply that was cut here has no such count. */
  result(request: GenRequest, cut: 'abort' | 'timeout' | null): GenResult {
    const { usage, timings, began, first, last } = this;
    const tokensIn = usage.prompt_tokens ?? request.messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, 0);
    const tokensOut = usage.completion_tokens ?? this.pieces;
    const tokensReused = usage.prompt_tokens_details?.cached_tokens ?? timings.cache_n ?? 0;
    const text = stripThinking(this.text);
    return {
      ...(request.letters ? readLetters(text, toChances(this.told), request.letters) : { text }),
      finish: cut ?? (this.finish === 'length' ? 'length' : 'stop'),
      tokensIn,
      tokensOut,
      tokensReused,
      ms: Math.round(performance.now() - began),
      prefillPerSecond:
        perSecond(timings.prompt_n, timings.prompt_ms) ?? (first === null ? null : perSecond(tokensIn - tokensReused, first - began)),
      decodePerSecond:
        perSecond(timings.predicted_n, timings.predicted_ms) ??
        (first === null || this.pieces < 2 ? null : perSecond(tokensOut - 1, last - first)),
    };
  }
}

const perSecond = (tokens = 0, ms = 0): number | null => (tokens > 0 && ms > 0 ? (tokens / ms) * 1000 : null);
