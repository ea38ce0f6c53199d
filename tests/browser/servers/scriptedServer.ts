/**
 * A test double of a model server, over real HTTP: OpenAI's interface with streaming, as llama.cpp's server speaks it, with
 * the manners of others (no leave to ask, a key, a page of HTML, nothing). It can count, and is careful when it must mark its answer.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

export interface Heard {
  method: string;
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
}

export interface ScriptedServer {
  url: string;
  port: number;
  heard: Heard[];
  readonly answers: Record<string, unknown>[];
  /** Most calls that were under way at once. */
  most: number;
  /** Which pages may ask; null: none. */
  allows: string | null;
  key: string | null;
  slots: number;
  models: string[];
  /** Milliseconds that a reply takes. */
  takes: number;
  /** Deals with a request itself when it answers true. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
  /** At the same port again. */
  open(): Promise<void>;
}

interface Message {
  content: string;
}

export async function openScriptedServer(): Promise<ScriptedServer> {
  const answers = await rightAnswers();
  let server = createServer();
  let running = 0;
  const double: ScriptedServer = {
    url: '',
    port: 0,
    heard: [],
    get answers() {
      return this.heard.filter(({ path, method }) => path === '/v1/chat/completions' && method === 'POST').map(({ body }) => body);
    },
    most: 0,
    allows: '*',
    key: null,
    slots: 1,
    models: ['scripted.gguf'],
    takes: 1,
    instead: null,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
    async open() {
      server = createServer((request, response) => void answer(request, response));
      await new Promise<void>((done) => server.listen(double.port, '127.0.0.1', done));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const { method = '', url: path = '' } = request;
    double.heard.push({ method, path, key: request.headers.authorization, body });
    if (double.allows !== null) {
      response.setHeader('Access-Control-Allow-Origin', double.allows);
      response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type');
    }
    if (double.instead?.(request, response)) return;
    if (method === 'OPTIONS') return void response.writeHead(204).end();
    if (double.key !== null && request.headers.authorization !== `Bearer ${double.key}`)
      return json(response, 401, { error: { message: 'Invalid API key' } });
    if (path === '/v1/models') return json(response, 200, { data: double.models.map((id) => ({ id, owned_by: 'llamacpp' })) });
    if (path === '/props') return json(response, 200, { default_generation_settings: { n_ctx: 4096 }, total_slots: double.slots });
    if (path !== '/v1/chat/completions') return void response.writeHead(404).end('not here');
    double.most = Math.max(double.most, ++running);
    await new Promise((later) => setTimeout(later, double.takes));
    running--;
    stream(response, reply(body, answers));
  }

  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  double.port = (server.address() as AddressInfo).port;
  double.url = `http://127.0.0.1:${double.port}`;
  return double;
}

async function rightAnswers(): Promise<Map<string, string>> {
  const text = await readFile(resolve(import.meta.dirname, '../../fixtures/rows/bbh-object-counting.jsonl'), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { question: string; answer: string });
  return new Map(rows.map(({ question, answer }) => [question, answer]));
}

/** Right where it must mark its answer, else mostly one too few; letters where only letters may come. */
function reply(body: Record<string, unknown>, answers: Map<string, string>): string {
  const text = (body['messages'] as Message[]).map(({ content }) => content).join('\n');
  if (typeof body['grammar'] === 'string') return 'y';
  if (body['response_format']) return '{}';
  const asked = [...answers].filter(([question]) => text.includes(question)).at(-1);
  if (!asked) return 'Monday, Tuesday, Wednesday.';
  const right = Number(asked[1]);
  if (/<answer>/i.test(text)) return `Counted one by one. <answer>${right}</answer>`;
  return `There are ${right % 3 === 0 ? right : right - 1}.`;
}

function stream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const write = (value: object) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  for (const piece of text.match(/.{1,6}/gs) ?? []) write({ choices: [{ delta: { content: piece }, finish_reason: null }] });
  write({ choices: [{ delta: {}, finish_reason: 'stop' }] });
  const usage = { prompt_tokens: 40, completion_tokens: Math.ceil(text.length / 4) };
  response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
}

const json = (response: ServerResponse, status: number, value: unknown): void =>
  void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
