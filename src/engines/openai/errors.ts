/** What a server's refusal means for a person. The server's own words are quoted briefly: they may be long, never needed. */
import { EngineError } from '../errors.ts';

/** A request that the server does not take as it is: one of its fields may be unknown there. */
export class RejectedError extends Error {
  override name = 'RejectedError';
}

export const quoted = (words: string): string => {
  const text = words.replace(/\s+/g, ' ').trim();
  return text === '' ? '' : ` (“${text.length > 120 ? `${text.slice(0, 120)}…` : text}”)`;
};

/** The sentence of an error body, in the forms that servers use. */
export function wordsOf(body: string): string {
  try {
    const { error, message, detail } = JSON.parse(body) as { error?: unknown; message?: unknown; detail?: unknown };
    const inner = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
    const found = [inner, message, detail].find((part) => part !== undefined && part !== null);
    return typeof found === 'string' ? found : JSON.stringify(found ?? '');
  } catch {
    return body.startsWith('<') ? '' : body;
  }
}

const TOO_LONG = /context (?:size|length|window)|context_length|exceed_context|maximum context|too many tokens/i;

/** @param what a HTTP status, and what the body said */
export function refusal(base: string, what: { status: number; words: string; model?: string }): Error {
  const { status, words, model } = what;
  if (TOO_LONG.test(words)) return contextFull(words);
  switch (status) {
    case 400:
    case 422:
      return new RejectedError(words);
    case 401:
    case 403:
      return new EngineError(
        'load-failed',
        `The server at ${base} wants a key, or refuses the one it got. Give it a valid key and try again.`,
      );
    case 404:
    case 405:
      return /model/i.test(words) ? unknownModel(base, model) : noInterface(base, `It answers ${status}.`);
    case 429:
      return new EngineError(
        'generation-failed',
        `The server at ${base} has too much to do and stayed so${quoted(words)}. Try again later.`,
      );
    default:
      return new EngineError(
        'generation-failed',
        `The server at ${base} could not answer: ${status}${quoted(words)}. Look at its log, then try again.`,
      );
  }
}

export const contextFull = (words: string): EngineError =>
  new EngineError('context-full', `The prompt is longer than this model reads at once${quoted(words)}. Shorten it, or use fewer examples.`);

export const unknownModel = (base: string, model = ''): EngineError =>
  new EngineError('not-a-model', `The server at ${base} has no model “${model}”. Choose one that it lists, or load that one there.`);

export const noInterface = (base: string, why: string): EngineError =>
  new EngineError('bad-address', `There is no OpenAI-compatible interface at ${base}. ${why} Check the address: it often ends in /v1.`);

/** `fetch` tells nothing about why it failed; a request without a look at the answer tells whether anybody is there. */
export async function unreachable(base: string, cause: unknown, ask: typeof fetch): Promise<EngineError> {
  const there = await ask(base, { mode: 'no-cors', signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
  return new EngineError(
    'offline',
    there
      ? `The server at ${base} is there, but does not let this page ask it (CORS). Allow the page's address in the server's settings, then try again.`
      : `No server answers at ${base}. Start it, or check address and port; a page over https reaches servers over https and on this machine only.`,
    { cause },
  );
}
