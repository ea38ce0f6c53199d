/** A server of a made-up model in MLC form, which misbehaves as it is told, request by request. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Behaviour =
  | 'ok'
  /** Breaks the connection after so many bytes. */
  | { cut: number }
  /** Sends so many bytes, then nothing. */
  | { stall: number }
  | { status: number; type?: string; body?: string; retryAfter?: number }
  /** A whole answer of so many bytes. */
  | { size: number }
  | 'no-range'
  | 'html';

const MODEL_FILES = ['mlc-chat-config.json', 'tensor-cache.json', 'tokenizer.json'];

export interface ModelServer {
  /** `http://127.0.0.1:port` */
  origin: string;
  files: Map<string, Buffer>;
  /** Names of the shards. */
  shards: string[];
  digest(name: string): string;
  /** What to do on the next requests for a file; `ok` after the last. */
  script(name: string, ...behaviours: Behaviour[]): void;
  /** As seen: `name` or `name@from`. */
  requests: string[];
  /** Whether the page may read ETag and Content-Range, as the hub allows and a plain server does not. */
  expose: boolean;
  /** Hang up on every request with a range, as a refused preflight looks to a page. */
  hangUpOnRanges: boolean;
  /** Serve only under this prefix; `/` by default. */
  folder: string;
  close(): Promise<void>;
}

export async function modelServer(): Promise<ModelServer> {
  const files = new Map<string, Buffer>();
  const sizes = [90_000, 40_000, 200_000, 64 * 1024, 1, 120_000];
  const shards = sizes.map((_, i) => `params_shard_${i}.bin`);
  sizes.forEach((size, i) => files.set(shards[i]!, randomBytes(size)));
  const records = sizes.map((nbytes, i) => ({ dataPath: shards[i], format: 'raw-shard', nbytes, records: [] }));
  files.set(
    MODEL_FILES[0]!,
    Buffer.from(JSON.stringify({ tokenizer_files: ['tokenizer.json'], context_window_size: 40960, conv_template: {} })),
  );
  files.set(MODEL_FILES[1]!, Buffer.from(JSON.stringify({ metadata: {}, records })));
  files.set(MODEL_FILES[2]!, Buffer.from(JSON.stringify({ version: '1.0' })));
  // A module with nothing in it: WebAssembly compiles it, the package finds none of its runtime.
  files.set('lib.wasm', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

  const scripts = new Map<string, Behaviour[]>();
  const self: ModelServer = {
    origin: '',
    files,
    shards,
    digest: (name) => createHash('sha256').update(files.get(name)!).digest('hex'),
    script: (name, ...behaviours) => void scripts.set(name, behaviours),
    requests: [],
    expose: true,
    hangUpOnRanges: false,
    folder: '/',
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (self.expose) response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range, Retry-After');
    if (request.method === 'OPTIONS') return response.writeHead(405).end();
    const name = path.slice(self.folder.length);
    const body = path.startsWith(self.folder) ? files.get(name) : undefined;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    self.requests.push(body ? (from ? `${name}@${from}` : name) : path);
    if (from && self.hangUpOnRanges) return void response.destroy();
    if (!body) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no');
    const behaviour = scripts.get(name)?.shift() ?? 'ok';
    send(response, body, self.digest(name), from, behaviour);
  };
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  self.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
}

function send(response: ServerResponse, body: Buffer, etag: string, from: number, behaviour: Behaviour): void {
  if (behaviour === 'html') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><title>Sign in</title>');
    return;
  }
  if (typeof behaviour === 'object' && 'status' in behaviour) {
    if (behaviour.retryAfter !== undefined) response.setHeader('Retry-After', behaviour.retryAfter);
    response.writeHead(behaviour.status, { 'Content-Type': behaviour.type ?? 'text/plain' }).end(behaviour.body ?? 'no');
    return;
  }
  if (typeof behaviour === 'object' && 'size' in behaviour) {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(Buffer.alloc(behaviour.size, 1));
    return;
  }
  const ranged = from > 0 && behaviour !== 'no-range';
  const part = ranged ? body.subarray(from) : body;
  response.writeHead(ranged ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': part.length,
    ETag: `"${etag}"`,
    ...(ranged ? { 'Content-Range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
  });
  if (typeof behaviour === 'string') response.end(part);
  // A moment between the bytes and the break, or the network stack drops both.
  else if ('cut' in behaviour) response.write(part.subarray(0, behaviour.cut), () => setTimeout(() => response.destroy(), 50));
  else response.write(part.subarray(0, behaviour.stall));
}
