/** An HTTP server whose answers come from a page's own `fetch`, and so from the service worker: for testers that speak HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';

export interface Bridge {
  url: string;
  /** Answers by method, path without ids, and status. */
  counts: Map<string, number>;
  close(): Promise<void>;
}

/** Headers that a page may set and that mean something here. */
const PASSED = ['accept', 'content-type', 'prefer'];
/** No page can send these. */
const UNSENDABLE = ['TRACE', 'TRACK', 'CONNECT'];

export async function openBridge(page: Page): Promise<Bridge> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      void (async () => {
        const { method = 'GET', url = '/' } = request;
        const path = url.replace(/[?#].*$/s, '');
        const headers = Object.fromEntries(
          PASSED.flatMap((name) => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [])),
        );
        const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(parts).toString('base64');
        const answer = UNSENDABLE.includes(method)
          ? { status: 405, headers: { allow: '' }, body: '' }
          : await page.evaluate(
              async (asked) => {
                const bytes = asked.body === null ? null : Uint8Array.from(atob(asked.body), (char) => char.charCodeAt(0));
                const given = await fetch(asked.url, {
                  method: asked.method,
                  headers: asked.headers,
                  ...(bytes?.length ? { body: new Blob([bytes]) } : {}),
                });
                return { status: given.status, headers: Object.fromEntries(given.headers), body: await given.text() };
              },
              { url, method, headers, body },
            );
        const key = `${method} ${path.replace(/(runs\/).+/, '$1{id}')} ${answer.status}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        response.writeHead(answer.status, answer.headers).end(answer.body);
      })().catch((error: Error) => {
        // A status that the document has nowhere: the tester sees that something is wrong.
        counts.set(`bridge: ${error.message.split('\n')[0]}`, 1);
        response.writeHead(598).end(error.message);
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
