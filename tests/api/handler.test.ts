import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, STATUS } from '../../src/api/errors.ts';
import { createApi, type Api } from '../../src/api/handler.ts';
import { readRequest } from '../../src/api/request.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { RunState } from '../../src/promptwizard/state.ts';
import { inputOf, modelFor, play, world } from '../promptwizard/play.ts';
import { ask, documented, get, linesOf, post } from './call.ts';
import { settle, TestHost } from './doubles/TestHost.ts';

/** A whole run of the real method, and one that was stopped. */
let run: { events: RunEvent[]; state: RunState };
let cut: { events: RunEvent[]; state: RunState };
let host: TestHost;
let api: Api;

beforeAll(async () => {
  const input = inputOf({ plan: 'trial' });
  run = await play(input, modelFor(input, world()));
  cut = await play(input, modelFor(input, world()), { stopAt: 20 });
});
beforeEach(() => {
  host = new TestHost();
  api = createApi(host);
});
const prompt = { prompt: 'Answer the question.' };

describe('one answer', () => {
  it('comes after the run, with the figures that its page shows', async () => {
    const asked = ask(api, post({ ...prompt, session_id: 's1' }));
    await settle();
    host.tell('run-1', run.events, 'done');
    const { status, headers, body } = await asked;
    const result = run.state.result!;
    expect([status, headers['Content-Type'], headers['Cache-Control']]).toEqual([200, 'application/json', 'no-store']);
    expect(body).toMatchObject({
      original_prompt: result.originalPrompt,
      optimized_prompt: result.optimizedPrompt,
      improvements: result.improvements,
      quality_score: result.qualityScore,
      quality: result.quality,
      processing_time: result.processingTime,
      messages: result.messages,
      session_id: 's1',
      run_id: 'run-1',
      model: 'qwen3:4b',
      cached: false,
      usage: { calls: result.calls, tokens_in: result.tokensIn, tokens_out: result.tokensOut },
    });
    expect(body['verdict']).toMatchObject({
      outcome: result.verdict.outcome,
      more_rows: result.verdict.moreRows,
      interval: result.verdict.comparison?.interval ?? null,
    });
    expect([host.watched, host.alarmsSet]).toEqual([0, 0]);
  });

  it('is 202 with the place to look after 240 seconds, and the run goes on', async () => {
    const asked = ask(api, post(prompt));
    await host.pass(240_000);
    const { status, headers, body } = await asked;
    expect([status, headers['Location'], headers['Retry-After'], body['run_id']]).toEqual([202, 'api/v1/runs/run-1', '30', 'run-1']);
    expect(host.stopped).toEqual([]);
    expect((await ask(api, get('api/v1/runs/run-1'))).body).toMatchObject({ run_id: 'run-1', status: 'running' });
    host.tell('run-1', run.events, 'done');
    const end = await ask(api, get('api/v1/runs/run-1'));
    expect(end.body).toMatchObject({ status: 'completed', result: { run_id: 'run-1', original_prompt: 'Answer the question.' } });
    await settle();
    expect(host.watched).toBe(0);
  });

  it('is 202 at once for who prefers that', async () => {
    const { status, headers, body } = await ask(api, post({ ...prompt, session_id: 's1' }, { headers: { prefer: 'respond-async' } }));
    expect([status, headers['Preference-Applied'], headers['Location']]).toEqual([202, 'respond-async', 'api/v1/runs/run-1']);
    expect(body).toMatchObject({ run_id: 'run-1', session_id: 's1', location: 'api/v1/runs/run-1' });
  });

  it('is 202 also while the model is loaded, and the place tells what becomes of it', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const asked = ask(api, post(prompt, { headers: { prefer: 'respond-async' } }));
    await host.pass(1_000);
    expect(await asked).toMatchObject({ status: 202, body: { run_id: 'run-1', status: 'loading' } });
    expect((await ask(api, get('api/v1/runs/run-1'))).body).toMatchObject({ status: 'loading', progress: { calls: 0 } });
    loaded();
    await settle();
    expect((await ask(api, get('api/v1/runs/run-1'))).body).toMatchObject({ status: 'running' });
  });

  it('tells a refusal that came after 202 where the run was promised', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const asked = ask(api, post(prompt, { headers: { prefer: 'respond-async' } }));
    await host.pass(1_000);
    await asked;
    host.refusal = new ApiError('no_model', 'No model is on this machine.');
    loaded();
    await settle();
    expect(await ask(api, get('api/v1/runs/run-1'))).toMatchObject({ status: 503, body: { code: 'no_model' } });
  });

  it('is the stored one for the same request, marked so', async () => {
    host.put('old', readRequest(prompt), 'done', run.events);
    host.reply = { kind: 'stored', run: 'old' };
    expect(await ask(api, post({ ...prompt, session_id: 's2' }))).toMatchObject({
      status: 200,
      body: { cached: true, run_id: 'old', session_id: 's2' },
    });
  });
});

describe('a timeout', () => {
  it('stops the run and answers 504 with its id and the best so far', async () => {
    host.bestSoFar = cut.events;
    const asked = ask(api, post({ ...prompt, timeout: 30 }));
    await host.pass(30_000);
    const { status, body } = await asked;
    expect([status, body['code'], body['run_id']]).toEqual([504, 'timeout', 'run-1']);
    expect(body['result']).toMatchObject({ run_id: 'run-1', verdict: { outcome: 'stopped' } });
    expect(host.stopped).toEqual(['run-1']);
  });
  it('counts from the request on, the model’s loading included', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const asked = ask(api, post({ ...prompt, timeout: 30 }));
    await host.pass(29_000);
    loaded();
    await settle();
    await host.pass(1_000);
    expect((await asked).status).toBe(504);
  });
  it('is answered when it comes while the model is still loaded, and no run is begun after that', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const asked = ask(api, post({ ...prompt, timeout: 30 }));
    await host.pass(30_000);
    const { status, body } = await asked;
    expect([status, body['code'], body['run_id']]).toEqual([504, 'timeout', undefined]);
    expect(body['detail']).toContain('30 seconds');
    loaded();
    await settle();
    expect([host.runs.size, host.watched, host.alarmsSet]).toEqual([0, 0, 0]);
  });
  it('in the moment in which the run is begun stops it', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    host.deaf = true;
    const asked = ask(api, post({ ...prompt, timeout: 30 }));
    await host.pass(30_000);
    expect((await asked).status).toBe(504);
    loaded();
    await settle();
    expect(host.stopped).toEqual(['run-1']);
  });
  it('goes on counting after 202', async () => {
    const asked = ask(api, post({ ...prompt, timeout: 300 }));
    await host.pass(240_000);
    expect((await asked).status).toBe(202);
    await host.pass(60_000);
    expect(host.stopped).toEqual(['run-1']);
  });
  it('of one of two callers with the same request stops nothing for the other', async () => {
    const [short, long] = [ask(api, post({ ...prompt, timeout: 5 })), ask(api, post(prompt))];
    await host.pass(5_000);
    const { status, body } = await short;
    expect([status, body['run_id'], body['result']]).toEqual([504, 'run-1', undefined]);
    expect(body['detail']).toContain('Others want it too, so it goes on');
    expect(host.stopped).toEqual([]);
    host.tell('run-1', run.events, 'done');
    expect(await long).toMatchObject({ status: 200, body: { run_id: 'run-1' } });
    expect(host.runs.size).toBe(1);
  });
});

describe('a caller who goes away', () => {
  it('stops the run that only it waited for', async () => {
    const caller = new AbortController();
    const asked = ask(api, post(prompt, { signal: caller.signal }));
    await settle();
    caller.abort();
    expect(await asked).toMatchObject({ status: 499, body: { code: 'cancelled', run_id: 'run-1' } });
    expect(host.stopped).toEqual(['run-1']);
  });
  it('while the model is loaded has nothing begun in its name, and makes room for others', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const caller = new AbortController();
    const asked = Array.from({ length: 4 }, (_, i) => ask(api, post({ prompt: `Prompt ${i}` }, { signal: caller.signal })));
    await settle();
    caller.abort();
    for (const one of asked) expect(await one).toMatchObject({ status: 499, body: { code: 'cancelled' } });
    const other = ask(api, post(prompt, { headers: { prefer: 'respond-async' } }));
    loaded();
    expect((await other).status).toBe(202);
    await settle();
    expect([...host.runs.values()].map(({ asked: { task } }) => task.prompt)).toEqual([prompt.prompt]);
  });
  it('stops no run of another', async () => {
    host.put('of-the-page', readRequest(prompt), 'running');
    const caller = new AbortController();
    const asked = ask(api, post(prompt, { signal: caller.signal }));
    await settle();
    caller.abort();
    expect(await asked).toMatchObject({ status: 499, body: { run_id: 'of-the-page' } });
    expect(host.stopped).toEqual([]);
  });
  it('after 202 has what it wanted', async () => {
    const caller = new AbortController();
    await ask(api, post(prompt, { signal: caller.signal, headers: { prefer: 'respond-async' } }));
    caller.abort();
    await settle();
    expect(host.stopped).toEqual([]);
  });
});

describe('events', () => {
  const accept = { accept: 'application/x-ndjson' };
  it('tell of loading, waiting, progress and end', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const answer = await api.handle(post({ ...prompt, session_id: 's1' }, { headers: accept }));
    expect([answer.status, answer.headers['Content-Type']]).toEqual([200, 'application/x-ndjson']);
    const lines = linesOf(answer);
    await settle();
    host.started[0]!.hear({ model: 'Qwen3-4B-q4f16_1-MLC', phase: 'upload', bytesDone: 1, bytesTotal: 2, secondsLeft: 3 });
    loaded();
    await settle();
    const half = run.events.length >> 1;
    host.tell('run-1', run.events.slice(0, half), 'running');
    await host.pass(1_000);
    host.tell('run-1', run.events.slice(half), 'done');
    const events = await lines;
    expect(events.map(({ event }) => event)).toEqual(['loading', 'waiting', 'started', 'progress', 'progress', 'result']);
    expect(events[0]).toEqual({ event: 'loading', model: 'qwen3:4b', phase: 'upload', bytes_done: 1, bytes_total: 2, seconds_left: 3 });
    expect(events.at(-1)).toMatchObject({ run_id: 'run-1', session_id: 's1', optimized_prompt: run.state.result!.optimizedPrompt });
  });
  it('come once a second at most while nothing but numbers change', async () => {
    const lines = linesOf(await api.handle(post(prompt, { headers: accept })));
    await settle();
    const call = run.events.find((event) => event.type === 'call')!;
    host.tell('run-1', run.events.slice(0, 5), 'running');
    for (let i = 0; i < 50; i++) host.tell('run-1', [call]);
    await host.pass(1_000);
    for (let i = 0; i < 50; i++) host.tell('run-1', [call]);
    host.tell('run-1', [], 'failed', 'It broke.');
    expect((await lines).filter(({ event }) => event === 'progress')).toHaveLength(2);
  });
  it('end with the error', async () => {
    host.refusal = new ApiError('no_model', 'No model is on this machine.');
    expect(await linesOf(await api.handle(post(prompt, { headers: accept })))).toEqual([
      { event: 'error', status: 503, code: 'no_model', detail: 'No model is on this machine.' },
    ]);
  });
  it('of a request that is wrong are none: it is refused with its status', async () => {
    expect(await ask(api, post({ prompt: 3 }, { headers: accept }))).toMatchObject({ status: 422 });
  });
  it('are not read any more: the run is stopped', async () => {
    const answer = await api.handle(post(prompt, { headers: accept }));
    const reader = (answer as { events: AsyncIterable<unknown> }).events[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: { event: 'waiting' } });
    await reader.return!();
    await settle();
    expect(host.stopped).toEqual(['run-1']);
  });
});

describe('a run', () => {
  it('that makes its own rows takes them as they are: nobody is there to check them', async () => {
    void api.handle(post(prompt));
    await settle();
    host.tell('run-1', [{ type: 'rows-made', position: 3, rows: [], dropped: [] }], 'running');
    await settle();
    expect(host.accepted).toEqual(['run-1']);
  });
  it.each([
    ['stopped', 'stopped', 499, 'cancelled'],
    ['failed', 'failed', 500, 'failed'],
    ['interrupted', 'interrupted', 503, 'interrupted'],
  ] as const)('that was %s is answered so', async (_name, end, status, code) => {
    const asked = ask(api, post(prompt));
    await settle();
    host.tell('run-1', [], end, end === 'failed' ? 'It broke.' : undefined);
    expect(await asked).toMatchObject({ status, body: { code, run_id: 'run-1' } });
  });
  it('that is not there is 404', async () => {
    for (const method of ['GET', 'DELETE'])
      expect(await ask(api, get('api/v1/runs/none', method))).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
  it('is stopped by DELETE while it goes on, and removed when it is over', async () => {
    host.bestSoFar = cut.events;
    await ask(api, post(prompt, { headers: { prefer: 'respond-async' } }));
    expect(await ask(api, get('api/v1/runs/run-1', 'DELETE'))).toMatchObject({
      status: 200,
      body: { status: 'stopped', deleted: false, result: { verdict: { outcome: 'stopped' } } },
    });
    expect(await ask(api, get('api/v1/runs/run-1', 'DELETE'))).toMatchObject({ status: 200, body: { deleted: true } });
    expect(await ask(api, get('api/v1/runs/run-1'))).toMatchObject({ status: 404 });
  });
  it('that another page gave its first id is asked for there too', async () => {
    let loaded = () => {};
    host.loading = new Promise((resolve) => (loaded = resolve));
    const asked = ask(api, post(prompt, { headers: { prefer: 'respond-async' } }));
    await host.pass(1_000);
    expect(await asked).toMatchObject({ status: 202, body: { run_id: 'run-1', status: 'loading' } });
    // The same request is going on already: the run has another id.
    host.put('going', readRequest(prompt), 'running');
    loaded();
    await settle();
    // Both windows have the same store, and only one of them the first id.
    const other = createApi(host);
    const first = 'api/v1/runs/run-1';
    for (const method of ['GET', 'DELETE']) {
      const there = await other.handle(get(first, method));
      expect([there.status, there.elsewhere]).toEqual([404, true]);
    }
    expect(await ask(api, get(first))).toMatchObject({ status: 200, body: { run_id: 'going', status: 'running' } });
  });
  it('of another page is not stopped here, and the transport is told to ask there', async () => {
    host.put('far', readRequest(prompt), 'running');
    host.elsewhere.add('far');
    const answer = await api.handle(get('api/v1/runs/far', 'DELETE'));
    expect([answer.status, answer.elsewhere]).toEqual([503, true]);
    expect(documented(answer)).toMatchObject({ code: 'other_page', run_id: 'far' });
  });
});

describe('too many', () => {
  it('requests are refused with the time to wait', async () => {
    for (let i = 0; i < 4; i++) void api.handle(post({ prompt: `Prompt ${i}` }));
    await settle();
    expect(await ask(api, post({ prompt: 'One more' }))).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '30' },
      body: { code: 'busy' },
    });
  });
  it.each([0, 1])('is one more than the page takes, which may be %s that wait', async (most) => {
    host.mostWaiting = most;
    host.loading = new Promise(() => {});
    for (let i = 0; i <= most; i++) void api.handle(post({ prompt: `Prompt ${i}` }));
    await settle();
    expect(await ask(api, post({ prompt: 'One more' }))).toMatchObject({ status: 429 });
    expect(host.started).toHaveLength(most + 1);
  });
  it('are also those that wait for the model', async () => {
    host.loading = new Promise(() => {});
    for (let i = 0; i < 4; i++) void api.handle(post({ prompt: `Prompt ${i}` }));
    await settle();
    expect(await ask(api, post({ prompt: 'One more' }))).toMatchObject({ status: 429 });
    expect(host.started).toHaveLength(4);
  });
});

describe('an address', () => {
  it('that is none of the API is 404; another method is 405 with those there are', async () => {
    expect(await ask(api, get('api/v2/optimize'))).toMatchObject({ status: 404 });
    expect(await ask(api, get('api/v1/runs/'))).toMatchObject({ status: 404 });
    expect(await ask(api, get('api/v1/optimize'))).toMatchObject({ status: 405, headers: { Allow: 'POST' } });
    expect(await ask(api, get('api/health', 'POST'))).toMatchObject({ status: 405, headers: { Allow: 'GET' } });
    expect(await ask(api, get('api/v1/runs/x', 'PUT'))).toMatchObject({ status: 405, headers: { Allow: 'GET, DELETE' } });
  });
  it('takes JSON only, and answers in nothing else', async () => {
    expect(await ask(api, post(prompt, { headers: { 'content-type': 'text/plain' } }))).toMatchObject({ status: 415 });
    expect(await ask(api, post(prompt, { headers: { accept: 'text/html' } }))).toMatchObject({ status: 406 });
    expect(await ask(api, get('api/health', 'GET', { accept: 'application/x-ndjson' }))).toMatchObject({ status: 406 });
    expect(await ask(api, get('api/health', 'GET', { accept: 'text/html, */*;q=0.1' }))).toMatchObject({
      status: 200,
      body: { status: 'healthy' },
    });
  });
});

describe('whatever is sent', () => {
  it('is answered as the document says, and never with 500 or a word of what was sent', async () => {
    host.refusal = new ApiError('no_model', 'No model is on this machine.');
    const json = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.record(
        Object.fromEntries(
          [
            'prompt',
            'session_id',
            'config',
            'rows',
            'metric',
            'task_description',
            'answer_format',
            'timeout',
            'plan',
            'system',
            'anew',
          ].map((name) => [name, fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant('UNHEARD'))]),
        ),
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(json, async (body) => {
        const { status, body: answer } = await ask(api, post(body));
        expect(Object.values(STATUS)).toContain(status);
        expect(status).not.toBe(500);
        expect(JSON.stringify(answer)).not.toContain('UNHEARD');
      }),
      { numRuns: 1000 },
    );
  });
  it('as bytes too', async () => {
    host.refusal = new ApiError('no_model', 'No model is on this machine.');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { status } = await ask(api, post(bytes));
        expect([400, 422, 503]).toContain(status);
      }),
    );
  });
  it('under any address and header', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'X');
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.webPath(),
        fc.dictionary(fc.constantFrom('accept', 'content-type', 'prefer'), fc.string()),
        async (verb, path, headers) => {
          const { status } = await ask(api, { method: verb, path: `api${path}`, headers, body: null });
          expect([200, ...Object.values(STATUS)]).toContain(status);
          expect(status).not.toBe(500);
        },
      ),
    );
  });
});
