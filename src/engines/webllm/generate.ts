/** One call of the model: streamed, limited in time, stopped on request, its errors told apart. */
import type { Letters } from '../../promptwizard/llm.ts';
import { EngineError } from '../errors.ts';
import type { GenRequest, GenResult } from '../engine.ts';
import { lettersGrammar, readLetters, type TokenChance } from '../letters.ts';
import { aborted, toEngineError } from './errors.ts';
import type { MlcChatConfig, MlcEngine, MlcRequest, MlcTokenLogprob, MlcUsage } from './package.ts';
import { prepareMessages, restore, stripThinking } from './text.ts';

export interface CallContext {
  mlc: MlcEngine;
  config: MlcChatConfig;
  /**
   * Tokens of the empty think block that the package writes for the model when thinking is off, and counts against `max_tokens`;
   * null for a model that does not think, which must not get the block.
   */
  thinkBlockTokens: number | null;
  /** Rejects, once, when the graphics card is lost. */
  trouble: Promise<never>;
  /** No step for this long: the card hangs. Prefill is one step, so this is generous. Milliseconds. */
  stallMs: number;
}

type Ending = 'abort' | 'timeout';

/**
 * Resolves with the text so far as soon as `signal` fires or the time is up, even in the middle of prefill, which can't be interrupted;
 * `settled` then tells when the model is free again.
 */
export function generate(
  request: GenRequest,
  signal: AbortSignal,
  context: CallContext,
): { result: Promise<GenResult>; settled: Promise<void> } {
  let settle = () => {};
  const settled = new Promise<void>((done) => (settle = done));
  const result = run(request, signal, context, settle).catch((thrown) => {
    throw toEngineError(thrown, 'generate');
  });
  return { result, settled };
}

async function run(
  request: GenRequest,
  signal: AbortSignal,
  { mlc, config, thinkBlockTokens, trouble, stallMs }: CallContext,
  settle: () => void,
): Promise<GenResult> {
  const began = performance.now();
  let tokens = 0;
  let streamed = '';
  const chances: TokenChance[] = [];
  let usage: MlcUsage | null = null;
  let finish: string | null = null;
  let ending: Ending | null = null;

  let end = (_: Ending) => {};
  const ended = new Promise<Ending>((done) => {
    end = (why) => {
      if (ending) return;
      ending = why;
      void mlc.interruptGenerate();
      done(why);
    };
  });
  const onAbort = () => end('abort');
  signal.addEventListener('abort', onAbort);
  const timer = request.timeoutMs === undefined ? undefined : setTimeout(() => end('timeout'), request.timeoutMs);

  let hang = (_: EngineError) => {};
  const hung = new Promise<never>((_, reject) => (hang = reject));
  let watch: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(
      () =>
        hang(
          new EngineError(
            'device-lost',
            'The graphics card has not answered for a long time. What was done is kept. Load the model again to go on.',
          ),
        ),
      stallMs,
    );
  };
  hung.catch(() => {});

  const pump = async () => {
    // The package would go on in the state of the last call and leave out the end-of-turn token between the two.
    await mlc.resetChat();
    const stream = await mlc.chatCompletion(toMlcRequest(request, config, thinkBlockTokens));
    for await (const chunk of stream) {
      alive();
      if (chunk.usage) usage = chunk.usage;
      const choice = chunk.choices[0];
      if (choice?.finish_reason) finish = choice.finish_reason;
      else if (choice) {
        chances.push(...(choice.logprobs?.content ?? []).map(toChance));
        tokens++;
        streamed += choice.delta?.content ?? '';
        if (!ending) request.onToken?.(tokens);
      }
      // An interrupt from before the start is lost, so it is repeated at every step.
      if (ending && !finish) void mlc.interruptGenerate();
    }
    return ending ? streamed : await mlc.getMessage();
  };

  alive();
  const pumped = pump();
  pumped.then(settle, settle);
  try {
    const outcome = await Promise.race([pumped.then((text) => ({ text })), ended.then(() => ({ text: null })), trouble, hung]);
    const ms = performance.now() - began;
    const raw = outcome.text ?? streamed;
    // A block that never ends leaves no answer: a poor reply, which must not end the run that asked.
    const text = restore(stripThinking(raw) ?? '');
    const cut = ending ?? (finish === 'abort' ? 'abort' : null);
    const spent = usage as MlcUsage | null;
    return {
      ...(request.letters ? readLetters(text, chances, request.letters) : { text }),
      finish: cut ?? (finish === 'length' ? 'length' : 'stop'),
      tokensIn: spent?.prompt_tokens ?? 0,
      tokensOut: spent?.completion_tokens ?? tokens,
      tokensReused: 0,
      ms,
      prefillPerSecond: positive(spent?.extra?.prefill_tokens_per_s),
      decodePerSecond: positive(spent?.extra?.decode_tokens_per_s),
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // The rest of an interrupted call is watched by whoever waits for `settled`.
    clearTimeout(watch);
    pumped.catch(() => {});
  }
}

const positive = (speed: number | undefined): number | null => (speed !== undefined && Number.isFinite(speed) && speed > 0 ? speed : null);

export function toMlcRequest(request: GenRequest, config: MlcChatConfig, thinkBlockTokens: number | null): MlcRequest {
  return {
    messages: prepareMessages(request.messages, config.conv_template),
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: request.maxTokens + (thinkBlockTokens ?? 0),
    temperature: request.temperature,
    seed: request.seed,
    ...(request.schema ? { response_format: { type: 'json_object', schema: JSON.stringify(request.schema) } } : {}),
    ...(request.letters ? forLetters(request.letters) : {}),
    ...(thinkBlockTokens === null ? {} : { extra_body: { enable_thinking: false } }),
  };
}

/**
 * The chances come after temperature and penalties, so both are set to change nothing, whatever the request or the model's makers
 * say. Only tokens that the grammar allows have any, so the five that the package tells at most are all there are.
 */
const forLetters = (letters: Letters): Partial<MlcRequest> => ({
  response_format: { type: 'grammar', grammar: lettersGrammar(letters) },
  logprobs: true,
  top_logprobs: 5,
  temperature: 1,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
});

const toChance = ({ token, top_logprobs }: MlcTokenLogprob): TokenChance => ({
  token,
  likeliest: top_logprobs.map((other) => ({ token: other.token, chance: Math.exp(other.logprob) })),
});

/** @throws EngineError `aborted` */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted();
}
