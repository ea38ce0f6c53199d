import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { api, internal } from '../../../docs/examples/convex/convex/_generated/api.ts';
import { MOST_BYTES } from '../../../docs/examples/convex/convex/webhook.ts';
import { send, testBody, webhookBody } from '../../../src/api/webhook.ts';
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import { inputOf, modelFor, play, world } from '../../promptwizard/play.ts';
import { cleanEnvironment, completed, deliver, deployment, failed, NOW, ORIGIN, SECRET, signed, type Deployment } from './deployment.ts';

cleanEnvironment();

const open = async (t: Deployment) => await t.mutation(internal.sessions.open, { prompt: 'Count the things.' });
const runsOf = async (t: Deployment) => await t.run(async (ctx) => await ctx.db.query('runs').collect());
const look = async (t: Deployment, session_id: Awaited<ReturnType<typeof open>>) => await t.query(api.sessions.getSession, { session_id });

describe('a delivery', () => {
  it('completes the session that it names', async () => {
    const t = deployment();
    const session = await open(t);
    expect(await deliver(t, completed({ session_id: session }))).toMatchObject({
      status: 200,
      body: { ok: true, again: false, attached: true },
    });
    expect(await look(t, session)).toMatchObject({
      status: 'completed',
      source: 'webhook',
      run_id: 'run-1',
      original_prompt: 'Count the things.',
      optimized_prompt: 'Count every thing in the sentence. Answer with one number.',
      quality_score: 0.9,
      processing_time: 81.5,
      improvements: ['Names the form of the answer: 6 rows won'],
      quality: 'held-out',
      outcome: 'better',
      model: 'qwen3:4b',
    });
    expect(await runsOf(t)).toMatchObject([{ run_id: 'run-1', status: 'completed', session, used: true, quality_score: 0.9 }]);
  });

  it('of a failed run fails the session with the reason', async () => {
    const t = deployment();
    const session = await open(t);
    expect((await deliver(t, failed({ session_id: session }))).status).toBe(200);
    expect(await look(t, session)).toMatchObject({ status: 'failed', error: 'The run was stopped before its end.' });
    expect(await runsOf(t)).toMatchObject([{ status: 'failed', error_code: 'cancelled', used: true }]);
  });

  it('that comes twice changes nothing, also when it says something else', async () => {
    const t = deployment();
    const session = await open(t);
    await deliver(t, completed({ session_id: session }));
    const before = [await look(t, session), await runsOf(t)];
    const second = await deliver(t, completed({ session_id: session, optimized_prompt: 'Another.' }));
    expect(second).toMatchObject({ status: 200, body: { again: true, attached: true } });
    expect([await look(t, session), await runsOf(t)]).toEqual(before);
  });

  it('that comes twice at one moment is kept once', async () => {
    const t = deployment();
    const session = await open(t);
    const both = await Promise.all([1, 2].map(() => deliver(t, completed({ session_id: session }))));
    expect(both.map(({ body }) => body.again).sort()).toEqual([false, true]);
    expect(await runsOf(t)).toHaveLength(1);
  });

  it.each([['of another system'], ['k170000000000000000000000000000'], [undefined]])(
    'is kept as a run of no session when its mark is %s',
    async (session_id) => {
      const t = deployment();
      expect(await deliver(t, completed({ session_id }))).toMatchObject({ status: 200, body: { attached: false } });
      const [run] = await runsOf(t);
      expect(run).toMatchObject({ run_id: 'run-1', used: false, optimized_prompt: completed().optimized_prompt });
      expect(run).not.toHaveProperty('session');
    },
  );

  it('is kept as a run of no session when the session was deleted, and never takes the id of another table', async () => {
    const t = deployment();
    const session = await open(t);
    await t.run(async (ctx) => await ctx.db.delete('sessions', session));
    expect((await deliver(t, completed({ session_id: session }))).body).toMatchObject({ attached: false });
    const [run] = await runsOf(t);
    expect((await deliver(t, completed({ run_id: 'run-2', session_id: run!._id }))).body).toMatchObject({ attached: false });
  });

  it('has no score when nothing was measured', async () => {
    const t = deployment();
    const session = await open(t);
    await deliver(t, completed({ session_id: session, quality: 'none', quality_score: 0 }));
    const doc = await look(t, session);
    expect(doc).toMatchObject({ status: 'completed', quality: 'none' });
    expect(doc).not.toHaveProperty('quality_score');
  });

  it('of a later run changes a completed session no more, whether it went well or not', async () => {
    const t = deployment();
    const session = await open(t);
    await deliver(t, completed({ session_id: session }));
    const before = await look(t, session);
    await deliver(t, completed({ session_id: session, run_id: 'run-2', quality_score: 1 }));
    await deliver(t, failed({ session_id: session, run_id: 'run-3' }));
    expect(await look(t, session)).toEqual(before);
    expect((await runsOf(t)).map(({ used }) => used)).toEqual([true, false, false]);
  });

  it('of the app that was not measured stays, whatever comes later', async () => {
    const t = deployment();
    const session = await open(t);
    await deliver(t, completed({ session_id: session, quality: 'none', quality_score: 0 }));
    await deliver(t, completed({ session_id: session, run_id: 'run-2' }));
    expect(await look(t, session)).toMatchObject({ run_id: 'run-1', quality: 'none' });
  });

  it('takes the place of a failure', async () => {
    const t = deployment();
    const session = await open(t);
    await deliver(t, failed({ session_id: session }));
    await deliver(t, completed({ session_id: session, run_id: 'run-2' }));
    const doc = await look(t, session);
    expect(doc).toMatchObject({ status: 'completed', run_id: 'run-2' });
    expect(doc).not.toHaveProperty('error');
  });

  it('that only tries the address is answered and leaves nothing', async () => {
    const t = deployment();
    expect(await deliver(t, testBody(NOW))).toMatchObject({ status: 200, body: { ok: true } });
    expect(await runsOf(t)).toEqual([]);
  });

  it('is never taken by another method', async () => {
    const t = deployment();
    expect((await t.fetch('/api/webhook', { method: 'GET' })).status).toBe(404);
  });
});

describe('the app’s own sender', () => {
  let events: RunEvent[];
  beforeAll(async () => {
    const input = inputOf({ plan: 'trial' });
    events = (await play(input, modelFor(input, world()))).events;
  });
  const ended = { id: 'run-9', createdAt: NOW, updatedAt: NOW, model: 'Qwen3-4B-q4f16_1-MLC' };
  const url = new URL('https://example.convex.site/api/webhook');
  const fetcherOf = (t: Deployment) => (async (to: URL, init: RequestInit) => await t.fetch(to.pathname, init)) as typeof fetch;

  it('is understood: a run of the method, signed', async () => {
    vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
    const t = deployment();
    const session = await open(t);
    const body = webhookBody({ ...ended, status: 'done', sessionId: session }, events, '0.1.0', NOW);
    const sent = await send({ url, run: 'run-9', body, secret: SECRET, now: NOW }, fetcherOf(t));
    expect(sent).toEqual({ kind: 'taken', status: 200 });
    const told = JSON.parse(body) as Record<string, unknown>;
    expect(await look(t, session)).toMatchObject({
      status: 'completed',
      optimized_prompt: told.optimized_prompt,
      improvements: told.improvements,
      quality_score: told.quality_score,
      outcome: (told.verdict as { outcome: string }).outcome,
    });
  });

  it('sends the same bytes again later, and they are taken as the second', async () => {
    vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
    const t = deployment();
    const body = webhookBody({ ...ended, status: 'failed', error: 'It broke.' }, events, '0.1.0', NOW);
    await send({ url, run: 'run-9', body, secret: SECRET, now: NOW }, fetcherOf(t));
    vi.setSystemTime(NOW + 3_600_000);
    expect(await send({ url, run: 'run-9', body, secret: SECRET, now: NOW + 3_600_000 }, fetcherOf(t))).toMatchObject({ kind: 'taken' });
    expect(await runsOf(t)).toMatchObject([{ run_id: 'run-9', error: 'It broke.' }]);
  });

  it('is refused with another secret, and gives up', async () => {
    vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
    const sent = await send({ url, run: 'x', body: testBody(NOW), secret: 'another', now: NOW }, fetcherOf(deployment()));
    expect(sent).toEqual({ kind: 'refused', status: 401 });
  });
});

describe('the signature', () => {
  const text = JSON.stringify(completed());
  const attempt = async (headers: Record<string, string>, body = text) => {
    vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
    const t = deployment();
    const { status, body: said } = await deliver(t, body, headers);
    expect(await runsOf(t)).toHaveLength(status === 200 ? 1 : 0);
    return { status, detail: said.detail };
  };

  it.each([0, 299, 300, -299])('is taken %i seconds after it was made', async (ago) => {
    expect((await attempt(signed(text, { at: NOW / 1000 - ago }))).status).toBe(200);
  });
  it.each([301, 86_400, -301])('is refused %i seconds after it was made', async (ago) => {
    expect(await attempt(signed(text, { at: NOW / 1000 - ago }))).toEqual({ status: 401, detail: expect.stringContaining('5 minutes') });
  });
  it('is asked for', async () => {
    expect(await attempt({})).toEqual({ status: 401, detail: expect.stringContaining('X-PromptEvolver-Timestamp') });
    const { 'X-PromptEvolver-Timestamp': at } = signed(text);
    expect(await attempt({ 'X-PromptEvolver-Timestamp': at! })).toEqual({
      status: 401,
      detail: expect.stringContaining('-Signature must be'),
    });
  });
  it('is refused when made with another secret, for another body or for another time', async () => {
    const differ = { status: 401, detail: expect.stringContaining('differ') };
    expect(await attempt(signed(text, { secret: 'another' }))).toEqual(differ);
    expect(await attempt(signed(text), text.replace('0.9', '1.0'))).toEqual(differ);
    expect(await attempt({ ...signed(text), 'X-PromptEvolver-Timestamp': String(NOW / 1000 + 1) })).toEqual(differ);
  });
  it('is refused when one digit is changed, wherever', async () => {
    const headers = signed(text);
    const good = headers['X-PromptEvolver-Signature']!;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: good.length - 1 }), fc.constantFrom(...'0123456789abcdef'), async (at, digit) => {
        fc.pre(good[at] !== digit);
        const bad = good.slice(0, at) + digit + good.slice(at + 1);
        expect((await attempt({ ...headers, 'X-PromptEvolver-Signature': bad })).status).toBe(401);
      }),
      { numRuns: 30 },
    );
  });
  it.each(['', 'v1=', 'v2=' + 'a'.repeat(64), 'v1=' + 'A'.repeat(64), 'v1=' + 'a'.repeat(65)])('is refused as %j', async (bad) => {
    expect((await attempt({ ...signed(text), 'X-PromptEvolver-Signature': bad })).status).toBe(401);
  });
  it.each(['', 'now', '-1', '1e9', '99999999999999'])('is refused with the time %j', async (bad) => {
    expect((await attempt({ ...signed(text), 'X-PromptEvolver-Timestamp': bad })).status).toBe(401);
  });
  it('is checked before the body is read as JSON, and for a test too', async () => {
    expect((await attempt({}, 'no json')).status).toBe(401);
    expect((await attempt({}, testBody(NOW))).status).toBe(401);
  });
});

describe('a bad body', () => {
  it.each(['', '{', 'null', '[]', '3', '"x"'])('is refused: %j', async (text) => {
    const { status, body } = await deliver(deployment(), text);
    expect([400, 422]).toContain(status);
    expect(body.detail).toMatch(/^(The body|the body) must be /);
  });
  it('of broken UTF-8 is refused', async () => {
    const response = await deployment().fetch('/api/webhook', { method: 'POST', body: new Uint8Array([0x7b, 0xff, 0x7d]) });
    expect([response.status, await response.json()]).toEqual([400, { detail: 'The body must be JSON in UTF-8.', code: 'bad_json' }]);
  });
  it('that is too large is refused, by what it says and by what it is', async () => {
    const t = deployment();
    const large = JSON.stringify(completed({ messages: 'x'.repeat(MOST_BYTES) }));
    expect(await deliver(t, large)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await deliver(t, large, { 'Content-Length': '10' })).toMatchObject({ status: 413 });
    expect(await deliver(t, '{}', { 'Content-Length': String(MOST_BYTES + 1) })).toMatchObject({ status: 413 });
    expect(await runsOf(t)).toEqual([]);
  });
  it('that does not say how large it is is read no further than the limit', async () => {
    let given = 0;
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        if (given > 3 * MOST_BYTES) controller.close();
      },
    });
    const response = await deployment().fetch('/api/webhook', { method: 'POST', body: long, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(413);
    expect(given).toBeLessThan(MOST_BYTES + 500_000);
  });
  it('that is deeper than anybody needs is refused or passed over, never a fault', async () => {
    const deep = JSON.stringify(completed()).replace('{', `{"more":${'['.repeat(10_000)}${']'.repeat(10_000)},`);
    expect([200, 400]).toContain((await deliver(deployment(), deep)).status);
  });

  it.each([
    ['event', 'run.started'],
    ['run_id', ''],
    ['run_id', 'x'.repeat(201)],
    ['session_id', 'x'.repeat(201)],
    ['timestamp', 'yesterday'],
    ['timestamp', '2026-13-01T00:00:00Z'],
    ['status', 'running'],
    ['optimized_prompt', ' '],
    ['optimized_prompt', 'ü'.repeat(200_001)],
    ['quality_score', 1.01],
    ['quality_score', -0.01],
    ['processing_time', -1],
    ['improvements', [1]],
    ['improvements', ['x'.repeat(150_001)]],
    ['quality', 7],
    ['verdict', 'better'],
  ])('is told which field is wrong: %s', async (field, value) => {
    const t = deployment();
    const { status, body } = await deliver(t, completed({ [field]: value }));
    expect([status, body.code, body.field]).toEqual([422, 'bad_field', field]);
    expect(body.detail).toMatch(new RegExp(`^${field} must be `));
    expect(await runsOf(t)).toEqual([]);
  });
  it.each([[undefined], [null], ['It broke.'], [{ detail: 3, code: 'failed' }], [{ detail: 'It broke.' }]])(
    'of a failed run needs its error: %j',
    async (error) => {
      expect(await deliver(deployment(), failed({ error }))).toMatchObject({
        status: 422,
        body: { field: expect.stringMatching(/^error/) },
      });
    },
  );
  it('is refused when the header names another run', async () => {
    const t = deployment();
    expect(await deliver(t, completed(), { 'X-PromptEvolver-Run': 'run-2' })).toMatchObject({ status: 422, body: { field: 'run_id' } });
    expect(await deliver(t, completed(), { 'X-PromptEvolver-Run': 'run-1' })).toMatchObject({ status: 200 });
  });

  it('of any JSON is answered by 200 or 422, and what was kept is sound', async () => {
    const t = deployment();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(completed()), 'error'), fc.jsonValue(), fc.boolean(), async (field, value, ok) => {
        const body = { ...(ok ? completed() : failed()), run_id: `run-${count++}`, [field]: value };
        const { status } = await deliver(t, body);
        expect([200, 422]).toContain(status);
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect((await deliver(t, JSON.stringify(value))).status).toBe(422);
      }),
    );
    for (const run of await runsOf(t)) {
      if (run.quality_score !== undefined) expect(run.quality_score >= 0 && run.quality_score <= 1).toBe(true);
      expect(run.status === 'completed' ? run.optimized_prompt : run.error).toBeTypeOf('string');
    }
  });
  it('of any bytes is never a fault of ours', async () => {
    const t = deployment();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { status } = await t.fetch('/api/webhook', { method: 'POST', body: new Uint8Array(bytes) });
        expect([400, 422]).toContain(status);
      }),
    );
  });
  it('with half a character is kept with a sign in its place', async () => {
    const t = deployment();
    const text = JSON.stringify(completed({ optimized_prompt: 'XX', run_id: 'RR' }))
      .replace('XX', 'a\\ud83d')
      .replace('RR', 'r\\udc00');
    expect((await deliver(t, text)).status).toBe(200);
    expect(await runsOf(t)).toMatchObject([{ optimized_prompt: 'a\uFFFD', run_id: 'r\uFFFD' }]);
  });
  it('of the largest prompt and the most improvements fits into a session', async () => {
    const t = deployment();
    const largest = 'x'.repeat(400_000);
    const session = await t.mutation(internal.sessions.open, { prompt: largest });
    const body = completed({ session_id: session, optimized_prompt: largest, improvements: Array(1000).fill('x'.repeat(150)) });
    expect((await deliver(t, body)).status).toBe(200);
    expect(JSON.stringify(await look(t, session)).length).toBeLessThan(1_048_576);
  });
});

describe('another origin', () => {
  const ask = async (origin: string | null, method = 'OPTIONS') =>
    await deployment().fetch('/api/webhook', {
      method,
      headers: { ...(origin === null ? {} : { Origin: origin }), 'Access-Control-Request-Method': 'POST' },
      ...(method === 'POST' ? { body: JSON.stringify(completed()) } : {}),
    });

  it('that is allowed may send the three headers and JSON', async () => {
    vi.stubEnv('PROMPTEVOLVER_ORIGIN', ORIGIN);
    const { status, headers } = await ask(ORIGIN);
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([204, ORIGIN]);
    expect(headers.get('Access-Control-Allow-Methods')).toBe('POST');
    expect(headers.get('Vary')).toBe('Origin');
    const allowed = headers.get('Access-Control-Allow-Headers')!.toLowerCase().split(', ').sort();
    expect(allowed).toEqual(['content-type', 'x-promptevolver-run', 'x-promptevolver-signature', 'x-promptevolver-timestamp']);
    const posted = await ask(ORIGIN, 'POST');
    expect([posted.status, posted.headers.get('Access-Control-Allow-Origin')]).toEqual([200, ORIGIN]);
  });
  it.each(['https://evil.example', `${ORIGIN}.evil.example`, ORIGIN.replace('https', 'http'), `${ORIGIN}/`, `${ORIGIN}:8443`, 'null'])(
    'that is not exactly the allowed one is refused: %s',
    async (origin) => {
      vi.stubEnv('PROMPTEVOLVER_ORIGIN', ORIGIN);
      for (const method of ['OPTIONS', 'POST']) {
        const { status, headers } = await ask(origin, method);
        expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([403, null]);
      }
    },
  );
  it('is refused when none is set', async () => {
    expect((await ask(ORIGIN)).status).toBe(403);
  });
  it('is told in its own language what is wrong: errors carry the permission too', async () => {
    vi.stubEnv('PROMPTEVOLVER_ORIGIN', ORIGIN);
    const { status, headers } = await deliver(deployment(), '{', { Origin: ORIGIN });
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([400, ORIGIN]);
  });
});
