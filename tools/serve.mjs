import { createServer } from 'node:http';
import { fileAt, sendFile, sendText } from './send-file.mjs';
import { serveModels } from './models.mjs';

/** With these the page is cross-origin isolated, and the CPU engine may use threads. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Names under which this machine calls itself: a page elsewhere that points its own name here gets nothing. */
const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Serves the built app and models/ on 127.0.0.1.
 * @param {{ dist: string, models: string, port?: number, next?: number }} options `port` 0: any free one; `next`: how
 *   many further ports to try when it is taken
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>} `url` ends with a slash
 */
export async function serveApp({ dist, models, port = 4173, next = 0 }) {
  const answerModels = serveModels(models);
  const server = createServer(async (request, response) => {
    // They would cut a window off from the other site that opened it to talk with, and keep a frame out of it.
    const embedded = /[?&]embed(?![^&=])/.test(request.url ?? '');
    if (!embedded) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!OWN_NAMES.includes(name)) return sendText(response, 421, 'This server answers to 127.0.0.1 and localhost only.');
    const path = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (path === '/models' || path.startsWith('/models/')) {
      request.url = path.slice('/models'.length) || '/';
      return answerModels(request, response);
    }
    // The names of these files change with their content.
    if (path.startsWith('/assets/')) response.setHeader('Cache-Control', 'max-age=31536000, immutable');
    const file = fileAt(dist, path.endsWith('/') ? `${path}index.html` : path);
    await sendFile(request, response, file);
  });
  const bound = await listen(server, port, next);
  return {
    url: `http://127.0.0.1:${bound}/`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {number} next
 * @returns {Promise<number>} the port it listens on
 */
function listen(server, port, next) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.ErrnoException} error */
    const failed = (error) => {
      if (error.code === 'EADDRINUSE' && next > 0) resolve(listen(server, port + 1, next - 1));
      else reject(error);
    };
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
