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
        'needs-key',
        `The server at ${base} wants a key, or refuses the one it got${quoted(words)}. Give it a valid key and try again.`,
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

export const sendsOn = (base: string): EngineError =>
  new EngineError('bad-address', `What answers at ${base} sends on to another address, which is not followed. Give that address itself.`);

/** `fetch` tells nothing about why it failed; a request without a look at the answer tells whether anybody is there. */
export async function unreachable(
  base: string,
  cause: unknown,
  { ask, keyed }: { ask: typeof fetch; keyed: boolean },
): Promise<EngineError> {
  const { hostname, port } = new URL(base);
  if (await refusedByPerson(hostname)) {
    const message = `The browser keeps this page from ${base}: it may not reach servers of the local network. Allow that for this page in the browser's site settings (“Local network access”), then try again.`;
    return new EngineError('not-allowed', message, { cause });
  }
  const there = await ask(base, { mode: 'no-cors', signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
  if (there) {
    const key = keyed ? '' : ' Some servers do the same when they want a key: then give it one.';
    return new EngineError(
      'not-allowed',
      `The server at ${base} is there, but does not let this page ask it (CORS). ${allow(port)}${key}`,
      {
        cause,
      },
    );
  }
  const start = `No server answers at ${base}. Start it, or check address and port.`;
  // In an isolated page the browser hides every answer that does not ask to be seen, so being there can not be told from not.
  const hidden = globalThis.crossOriginIsolated ? ` If it runs, it does not let this page ask it (CORS). ${allow(port)}` : '';
  return new EngineError('offline', start + hidden, { cause });
}

/** How the page's address is allowed, in the words of the server that usually has this port. */
function allow(port: string): string {
  const page = globalThis.location?.origin ?? "the page's address";
  switch (port) {
    case '11434':
      return `Start Ollama with OLLAMA_ORIGINS=${page}, then try again.`;
    case '1234':
      return 'In LM Studio switch on “Enable CORS” in the server settings, then try again.';
    case '8000':
      return `Start vLLM with --allowed-origins '["${page}"]', then try again.`;
    default:
      return `Let it allow ${page}: Ollama by OLLAMA_ORIGINS=${page}, vLLM by --allowed-origins '["${page}"]', TGI by --cors-allow-origin ${page}; llama.cpp's llama-server does so by itself. Then try again.`;
  }
}

/** Browsers ask the person before a page of the internet may reach the machine or network that it is shown on. */
async function refusedByPerson(hostname: string): Promise<boolean> {
  if (!/^(?:localhost|\[::1\]|127\.\d+\.|10\.\d+\.|192\.168\.\d+\.|172\.(?:1[6-9]|2\d|3[01])\.\d+\.)|\.local$/.test(hostname)) return false;
  const loopback = /^(?:localhost$|\[::1\]|127\.\d+\.)/.test(hostname);
  // The older name stands for both.
  for (const name of [loopback ? 'loopback-network' : 'local-network', 'local-network-access']) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      return state === 'denied';
    } catch {
      // A browser that does not know the name, or no browser.
    }
  }
  return false;
}
