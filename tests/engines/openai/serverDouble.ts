/** A server that speaks OpenAI's interface as far as a test tells it to, on a port of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
}

/** Answers one request of `/v1/chat/completions`. */
export type Reply = (response: ServerResponse, body: Record<string, unknown>) => void | Promise<void>;

export const json =
  (status: number, value: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));

export const rejects = (status: number, message: string, headers?: Record<string, string>): Reply =>
  json(status, { error: { message } }, headers);

const USAGE = { prompt_tokens: 21, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 5 } };

interface Said {
  finish?: string;
  logprobs?: unknown[];
  /** Extra fields of the last piece. */
  last?: object;
}

export const piece = (content: string, logprobs?: unknown[]): object => ({
  choices: [{ delta: { content }, finish_reason: null, ...(logprobs ? { logprobs: { content: logprobs } } : {}) }],
});
export const sse = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** A streamed reply in pieces. */
export const says =
  (pieces: string[], { finish = 'stop', logprobs, last = {} }: Said = {}): Reply =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    pieces.forEach((text, i) => response.write(sse(piece(text, logprobs ? [logprobs[i]] : undefined))));
    response.write(sse({ choices: [{ delta: {}, finish_reason: finish }] }));
    response.end(sse({ choices: [], usage: USAGE, ...last }) + 'data: [DONE]\n\n');
  };

export interface ServerDouble {
  url: string;
  heard: Heard[];
  /** What was asked of `/v1/chat/completions`. */
  readonly asked: Record<string, unknown>[];
  /** The next replies, in order; the last one stays. */
  replies: Reply[];
  models: unknown;
  props: unknown;
  close(): Promise<void>;
}

export async function openServer(): Promise<ServerDouble> {
  const double: ServerDouble = {
    url: '',
    heard: [],
    get asked() {
      return this.heard.filter(({ path }) => path === '/v1/chat/completions').map(({ body }) => body);
    },
    replies: [says(['Mon', 'day', '.'])],
    models: { data: [{ id: 'tiny.gguf', owned_by: 'llamacpp' }, { id: 'other' }] },
    props: { default_generation_settings: { n_ctx: 2048 } },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (text) => {
      const path = request.url ?? '';
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      double.heard.push({ path, key: request.headers.authorization, body });
      if (path === '/v1/models') return json(200, double.models)(response, body);
      if (path === '/props' && double.props) return json(200, double.props)(response, body);
      if (path !== '/v1/chat/completions') return void response.writeHead(404).end('not here');
      const reply = double.replies.length > 1 ? double.replies.shift()! : double.replies[0]!;
      await reply(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return double;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
