/** The example's real HTTP routes at a real address, so that a page in a browser can post to them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deployment } from './deployment.ts';

export interface WebhookServer {
  /** Without a slash behind. */
  url: string;
  /** Method, path and status, in the order in which they were answered. */
  answered: [string, string, number][];
  stop(): Promise<void>;
}

/** On 127.0.0.1, at a port of its own. */
export async function serveWebhook(t: Deployment): Promise<WebhookServer> {
  const answered: WebhookServer['answered'] = [];
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    try {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const headers = Object.entries(request.headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
      const body = method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(Buffer.concat(parts)) };
      const answer = await t.fetch(url, { method, headers, ...body });
      answered.push([method, url, answer.status]);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
    } catch (fault) {
      answered.push([method, url, 500]);
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(fault));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
