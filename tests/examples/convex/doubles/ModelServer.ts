/** Test double: a real HTTP server that speaks OpenAI's interface and answers what the test tells it to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  path: string;
  authorization: string | undefined;
  body: { model?: string; messages?: { role: string; content: string }[]; response_format?: unknown };
}
export type Reply = { status?: number; body?: unknown } | 'never';

export class ModelServer {
  readonly asked: Asked[] = [];
  #server: Server;

  private constructor(reply: (asked: Asked) => Reply | Promise<Reply>) {
    this.#server = createServer(async (request, response) => {
      let text = '';
      for await (const part of request) text += part;
      const { authorization } = request.headers;
      const asked: Asked = { path: request.url ?? '', authorization, body: text === '' ? {} : (JSON.parse(text) as Asked['body']) };
      this.asked.push(asked);
      const told = await reply(asked);
      if (told === 'never') return;
      const body = typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? {});
      response.writeHead(told.status ?? 200, { 'Content-Type': 'application/json' }).end(body);
    });
  }

  static async start(reply: (asked: Asked) => Reply | Promise<Reply>): Promise<ModelServer> {
    const one = new ModelServer(reply);
    await new Promise<void>((resolve) => one.#server.listen(0, '127.0.0.1', resolve));
    return one;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const says = (content: unknown, finish_reason = 'stop'): Reply => ({
  body: {
    choices: [
      { index: 0, finish_reason, message: { role: 'assistant', content: typeof content === 'string' ? content : JSON.stringify(content) } },
    ],
  },
});
