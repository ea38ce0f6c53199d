/** The pieces of a streamed reply; a server that does not stream sends one piece with everything. */
import type { TokenLogprob } from './letters.ts';
import { readJson } from './send.ts';

export interface Chunk {
  choices?: {
    delta?: { content?: string | null };
    message?: { content?: string | null };
    finish_reason?: string | null;
    logprobs?: { content?: TokenLogprob[] | null } | null;
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number; prompt_tokens_details?: { cached_tokens?: number } | null } | null;
  /** llama.cpp's own. */
  timings?: { cache_n?: number; prompt_n?: number; prompt_ms?: number; predicted_n?: number; predicted_ms?: number };
  error?: { message?: string } | string;
}

/** @throws EngineError bad-address when what comes is neither a stream of events nor JSON */
export async function* chunksOf(response: Response, base: string): AsyncGenerator<Chunk | 'done'> {
  if (!response.headers.get('Content-Type')?.includes('text/event-stream') || !response.body) {
    yield (await readJson(response, base)) as Chunk;
    yield 'done';
    return;
  }
  for await (const data of dataOf(response.body)) {
    if (data === '[DONE]') yield 'done';
    else {
      const chunk = parsed(data);
      if (chunk) yield chunk;
    }
  }
}

function parsed(data: string): Chunk | null {
  try {
    return JSON.parse(data) as Chunk;
  } catch {
    return null;
  }
}

/** The data lines of server-sent events. Read by hand: not every browser iterates over a stream. */
async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r/);
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        // Older llama.cpp tells errors in a field of that name.
        const data = /^(?:data|error):\s?(.*)$/.exec(line)?.[1];
        if (data) yield line.startsWith('error') ? JSON.stringify({ error: { message: data } }) : data;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
