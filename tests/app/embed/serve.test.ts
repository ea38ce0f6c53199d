import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../src/api/errors.ts';
import { createApi, type Api, type ApiRequest } from '../../../src/api/handler.ts';
import { MOST_BYTES } from '../../../src/api/limits.ts';
import { MOST_MESSAGES, MOST_OPEN } from '../../../src/app/embed/limits.ts';
import { readMessage, serve, type Line, type ServeParts } from '../../../src/app/embed/serve.ts';
import type { FromApp } from '../../../src/embed/protocol.ts';
import { TestHost } from '../../api/doubles/TestHost.ts';
import { turn } from '../../embed/doubles/windows.ts';

let host: TestHost;
let line: Line;
let site: MessagePort;
let heard: FromApp[];
let ends: string[];
let counts: number[];

function open(parts: Partial<ServeParts> = {}): void {
  const { port1, port2 } = new MessageChannel();
  site = port2;
  heard = [];
  ends = [];
  counts = [];
  site.onmessage = ({ data }: MessageEvent<FromApp>) => heard.push(data);
  line = serve(port1, {
    api: createApi(host),
    onOpen: (count) => counts.push(count),
    onEnd: (why) => ends.push(why),
    ...parts,
  });
}
const ask = (id: number, prompt = `Prompt ${id}.`) => site.postMessage({ kind: 'ask', id, body: JSON.stringify({ prompt }) });
const answers = (id: number) => heard.flatMap((one) => (one.kind === 'answer' && one.id === id ? [one.event] : []));
const last = (id: number) => answers(id).at(-1) as { event: string; code?: string; status?: number; detail?: string } | undefined;

beforeEach(() => {
  host = new TestHost();
});
afterEach(() => {
  line?.close();
  site?.close();
});

describe('one site’s line', () => {
  it('takes requests to optimize and nothing else of the API', async () => {
    const asked: ApiRequest[] = [];
    const api: Api = {
      handle: async (request) => {
        asked.push(request);
        return { status: 200, headers: {}, events: (async function* () {})() };
      },
    };
    open({ api });
    site.postMessage({ kind: 'ask', id: 1, body: '{}', method: 'DELETE', path: 'api/v1/runs/other', headers: { accept: 'text/html' } });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]).toMatchObject({ method: 'POST', path: 'api/v1/optimize', headers: { accept: 'application/x-ndjson' } });
  });

  it('refuses a body that is too large, in characters or in bytes, before anything is made of it', async () => {
    open();
    site.postMessage({ kind: 'ask', id: 1, body: 'x'.repeat(MOST_BYTES + 1) });
    site.postMessage({ kind: 'ask', id: 2, body: '"' + 'ü'.repeat(MOST_BYTES / 2) + '"' });
    await vi.waitFor(() => expect(last(2)).toBeDefined(), 10_000);
    for (const id of [1, 2]) expect(last(id)).toMatchObject({ event: 'error', code: 'body_too_large', status: 413 });
    expect(host.started).toEqual([]);
  });

  it(`has ${MOST_OPEN} requests open at most, and takes the next when one has ended`, async () => {
    open();
    for (let id = 1; id <= MOST_OPEN + 1; id++) ask(id);
    await vi.waitFor(() => expect(last(MOST_OPEN + 1)).toMatchObject({ code: 'busy', status: 429 }));
    expect(Math.max(...counts)).toBe(MOST_OPEN);
    await vi.waitFor(() => expect(host.runs.size).toBe(MOST_OPEN));
    site.postMessage({ kind: 'cancel', id: 1 });
    await vi.waitFor(() => expect(last(1)).toMatchObject({ code: 'cancelled', status: 499 }));
    ask(9);
    await vi.waitFor(() => expect(host.runs.size).toBe(MOST_OPEN + 1));
  });

  it('is cut off by a flood, whatever it is made of, and what it waited for is stopped', async () => {
    open({ now: () => 0 });
    ask(1);
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    for (let i = 0; i < MOST_MESSAGES * 2; i++) site.postMessage({ any: i });
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ kind: 'closed', error: { code: 'flood', status: 429 } }));
    await vi.waitFor(() => expect(host.stopped).toEqual(['run-1']));
    expect(ends).toEqual(['flood']);
    ask(2);
    await turn(20);
    expect(host.runs.size).toBe(1);
  });

  it('is cut off by large bodies, one after the other, sooner than by small ones', async () => {
    open({ now: () => 0 });
    for (let id = 1; id <= 10; id++) site.postMessage({ kind: 'ask', id, body: 'x'.repeat(MOST_BYTES) });
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ kind: 'closed', error: { code: 'flood' } }), 20_000);
    expect(ends).toEqual(['flood']);
    expect(host.started).toEqual([]);
  });

  it('takes as many of the largest bodies at once as may be open', async () => {
    open({ now: () => 0 });
    for (let id = 1; id <= MOST_OPEN; id++) site.postMessage({ kind: 'ask', id, body: 'x'.repeat(MOST_BYTES) });
    await vi.waitFor(() => expect(last(MOST_OPEN)).toMatchObject({ code: 'bad_json' }), 20_000);
    expect(ends).toEqual([]);
  });

  it('is not cut off by as many messages over a longer time', async () => {
    let now = 0;
    open({ now: () => (now += 20) });
    for (let i = 0; i < MOST_MESSAGES * 3; i++) site.postMessage({ any: i });
    ask(1);
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    expect(ends).toEqual([]);
  });

  it('ends when the site’s page goes away, and stops its runs', async () => {
    open();
    ask(1);
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    site.postMessage({ kind: 'bye' });
    await vi.waitFor(() => expect(host.stopped).toEqual(['run-1']));
    expect(ends).toEqual(['left']);
  });

  it('passes over a second request of an open one’s number', async () => {
    open();
    ask(1, 'One.');
    ask(1, 'Another.');
    await turn(20);
    expect([...host.runs.values()].map(({ asked }) => asked.task.prompt)).toEqual(['One.']);
  });

  it('says what stands in the way here, in words that the page may add to', async () => {
    open({
      obstacle: async () => new ApiError('storage', 'Nothing is kept.'),
      pass: (event) => ({ ...event, detail: 'Words.' }) as typeof event,
    });
    ask(1);
    await vi.waitFor(() => expect(last(1)).toEqual({ event: 'error', code: 'storage', status: 500, detail: 'Words.' }));
  });
});

describe('messages from anywhere', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record(
      {
        kind: fc.oneof(fc.constantFrom('ask', 'cancel', 'answer', '__proto__'), fc.anything()),
        id: fc.oneof(fc.integer(), fc.double(), fc.anything()),
        body: fc.oneof(fc.json(), fc.string(), fc.anything()),
      },
      { requiredKeys: [] },
    ),
  );

  it('are read or passed over, never thrown at', () => {
    fc.assert(
      fc.property(anything, (data) => {
        const read = readMessage(data);
        if (read === null) return;
        expect(['ask', 'cancel', 'bye']).toContain(read.kind);
        if (read.kind !== 'bye') expect(Number.isSafeInteger(read.id)).toBe(true);
        if (read.kind === 'ask') expect(typeof read.body).toBe('string');
      }),
    );
  });

  it('never end the line, and every request that is one gets an answer that the API knows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ kind: fc.constant('ask'), body: fc.oneof(fc.json(), fc.string()) }), { maxLength: 4 }),
        async (all) => {
          host = new TestHost();
          host.refusal = new ApiError('no_model', 'No model.');
          open();
          all.forEach((one, id) => site.postMessage({ ...one, id }));
          await vi.waitFor(() => all.forEach((_, id) => expect(last(id)?.event).toBe('error')));
          for (const [id] of all.entries()) expect(last(id)!.status).toBeGreaterThanOrEqual(400);
          expect(ends).toEqual([]);
          line.close();
          site.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
