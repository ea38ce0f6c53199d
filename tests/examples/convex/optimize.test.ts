import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, internal } from '../../../docs/examples/convex/convex/_generated/api.ts';
import type { Id } from '../../../docs/examples/convex/convex/_generated/dataModel.ts';
import { cleanEnvironment, completed, deliver, deployment, failed, NOW, pass, type Deployment } from './deployment.ts';
import { ModelServer, says, type Asked, type Reply } from './doubles/ModelServer.ts';

cleanEnvironment();

let server: ModelServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function serve(reply: (asked: Asked) => Reply | Promise<Reply>): Promise<ModelServer> {
  server = await ModelServer.start(reply);
  vi.stubEnv('PROMPTEVOLVER_FALLBACK_URL', `${server.url}/v1/`);
  return server;
}

const PROMPT = 'Count the things in {sentence}.';
const REWRITTEN = { optimized_prompt: 'Count each thing in {sentence}. Answer with a number.', improvements: ['Says how to answer.'] };
const register = async (t: Deployment, fallback?: boolean) =>
  await t.action(api.optimize.optimizePromptWithHFSpace, { prompt: PROMPT, ...(fallback === undefined ? {} : { fallback }) });
const look = async (t: Pick<Deployment, 'query'>, session_id: Id<'sessions'>) => await t.query(api.sessions.getSession, { session_id });
const detailOf = async (promise: Promise<unknown>) =>
  await promise.then(
    () => 'taken',
    (fault: { data?: { detail: string } }) => fault.data?.detail ?? 'refused by type',
  );

const { optimized_prompt, improvements, quality_score, processing_time, quality } = completed();
const measured = { optimized_prompt, improvements, quality_score, processing_time, quality, verdict: { outcome: 'better' } };

describe('the action', () => {
  it('registers the session and returns what the browser posts', async () => {
    const t = deployment();
    const rows = [{ question: 'Two pears', answer: '2' }];
    const config = { mutate_refine_iterations: 2 };
    const { session_id, status, request } = await t.action(api.optimize.optimizePromptWithHFSpace, { prompt: PROMPT, rows, config });
    expect([status, request]).toEqual(['pending', { prompt: PROMPT, session_id, rows, config }]);
    const doc = await look(t, session_id);
    expect(doc).toMatchObject({ status: 'pending', original_prompt: PROMPT });
    expect(doc).not.toHaveProperty('optimized_prompt');
  });
  it.each([
    [undefined, null],
    ['https://a.example', 'https://a.example/'],
    ['https://a.example/folder/', 'https://a.example/folder/'],
  ])('tells where the app lies: %s is %s', async (set, address) => {
    vi.stubEnv('PROMPTEVOLVER_ADDRESS', set);
    expect(await register(deployment())).toMatchObject({ address });
  });
  it.each(['', ' \n', 'ü'.repeat(200_001)])('refuses a prompt that no session can hold, and says so', async (prompt) => {
    const t = deployment();
    expect(await detailOf(t.action(api.optimize.optimizePromptWithHFSpace, { prompt }))).toMatch(/^prompt must be /);
    expect(await t.run(async (ctx) => await ctx.db.query('sessions').collect())).toEqual([]);
  });
  it.each([
    ['PROMPTEVOLVER_FALLBACK_URL', 'localhost:11434'],
    ['PROMPTEVOLVER_FALLBACK_URL', 'https://me:pw@a.example/v1'],
    ['PROMPTEVOLVER_RUN_SECONDS', 'soon'],
    ['PROMPTEVOLVER_ADDRESS', 'me-promptevolver.static.hf.space'],
    ['PROMPTEVOLVER_ADDRESS', 'https://a.example/?x=1'],
  ])('names the setting that is wrong: %s=%s', async (name, value) => {
    vi.stubEnv(name, value);
    expect(await detailOf(register(deployment()))).toMatch(new RegExp(`^${name} must be .* npx convex env set ${name}`));
  });
});

describe('the browser', () => {
  it('takes a session once, and brings the result', async () => {
    const t = deployment();
    const { session_id } = await register(t);
    expect(await t.mutation(api.sessions.takeSession, { session_id })).toBe(true);
    expect(await look(t, session_id)).toMatchObject({ status: 'processing', source: 'browser' });
    expect(await t.mutation(api.sessions.takeSession, { session_id })).toBe(false);
    expect(await t.mutation(api.sessions.recordResult, { session_id, run_id: 'run-1', response: measured })).toBe(true);
    expect(await look(t, session_id)).toMatchObject({
      status: 'completed',
      source: 'browser',
      quality_score,
      optimized_prompt,
      run_id: 'run-1',
    });
  });
  it('and the webhook bring the same run: the first stays', async () => {
    const t = deployment();
    const { session_id } = await register(t);
    await t.mutation(api.sessions.recordResult, { session_id, run_id: 'run-1', response: measured });
    const before = await look(t, session_id);
    expect(await deliver(t, completed({ session_id }))).toMatchObject({ status: 200, body: { attached: true } });
    expect(await t.mutation(api.sessions.recordResult, { session_id, run_id: 'run-1', response: measured })).toBe(false);
    expect(await look(t, session_id)).toEqual(before);
  });
  it('tells of an error; a result that comes later stays', async () => {
    const t = deployment();
    const { session_id } = await register(t);
    await t.mutation(api.sessions.recordResult, { session_id, error: { detail: 'No model is on this machine.', code: 'no_model' } });
    expect(await look(t, session_id)).toMatchObject({ status: 'failed', error: 'No model is on this machine.' });
    expect(await t.mutation(api.sessions.recordResult, { session_id, response: measured })).toBe(true);
    expect(await t.mutation(api.sessions.recordResult, { session_id, error: { detail: 'Late.', code: 'failed' } })).toBe(false);
    expect(await look(t, session_id)).toMatchObject({ status: 'completed' });
  });
  it.each([
    [{ response: { ...measured, quality_score: 1.5 } }, /^quality_score must be /],
    [{ response: { ...measured, quality_score: NaN } }, /^quality_score must be /],
    [{ response: { ...measured, optimized_prompt: '' } }, /^optimized_prompt must be /],
    [{ response: measured, run_id: '' }, /^run_id must be /],
    [{ response: measured, error: { detail: 'x', code: 'y' } }, /^Send either /],
    [{}, /^Send either /],
  ])('is told what is wrong, and nothing is kept: %#', async (args, words) => {
    const t = deployment();
    const { session_id } = await register(t);
    expect(await detailOf(t.mutation(api.sessions.recordResult, { session_id, ...args }))).toMatch(words);
    expect(await look(t, session_id)).toMatchObject({ status: 'pending' });
  });
  it('of another person sees nothing of a session and changes nothing', async () => {
    const t = deployment();
    const me = t.withIdentity({ subject: 'me' });
    const { session_id } = await me.action(api.optimize.optimizePromptWithHFSpace, { prompt: PROMPT });
    for (const other of [t, t.withIdentity({ subject: 'other' })]) {
      const attempts = [
        look(other, session_id),
        other.mutation(api.sessions.takeSession, { session_id }),
        other.mutation(api.sessions.recordResult, { session_id, response: measured }),
      ];
      for (const attempt of attempts) expect(await detailOf(attempt)).toBe('You have no such session.');
    }
    expect(await look(me, session_id)).toMatchObject({ status: 'pending', original_prompt: PROMPT });
  });
  it('is given up when nothing comes within the time; a late result counts all the same', async () => {
    vi.stubEnv('PROMPTEVOLVER_RUN_SECONDS', '600');
    const t = deployment();
    const { session_id } = await register(t);
    await t.mutation(api.sessions.takeSession, { session_id });
    await pass(t, 599);
    expect(await look(t, session_id)).toMatchObject({ status: 'processing' });
    await pass(t, 1);
    expect(await look(t, session_id)).toMatchObject({ status: 'failed', error: expect.stringContaining('No result came in time.') });
    await deliver(t, completed({ session_id }));
    expect(await look(t, session_id)).toMatchObject({ status: 'completed', quality_score });
  });
  it('that is done is not given up', async () => {
    const t = deployment();
    const { session_id } = await register(t);
    await deliver(t, completed({ session_id }));
    await pass(t, 3600);
    expect(await look(t, session_id)).toMatchObject({ status: 'completed' });
  });
});

describe('the fallback server', () => {
  it('answers when it is asked for, and the result is marked as not measured', async () => {
    const { asked } = await serve(() => says(REWRITTEN));
    vi.stubEnv('PROMPTEVOLVER_FALLBACK_KEY', 'a key');
    const t = deployment();
    const answer = await register(t, true);
    expect(answer).toMatchObject({ status: 'completed', ...REWRITTEN });
    const doc = await look(t, answer.session_id);
    expect(doc).toMatchObject({ status: 'completed', source: 'fallback', model: 'qwen3:4b', ...REWRITTEN });
    expect(doc.processing_time).toBeGreaterThanOrEqual(0);
    expect(doc).not.toHaveProperty('quality_score');
    expect(asked).toMatchObject([
      { path: '/v1/chat/completions', authorization: 'Bearer a key', body: { model: 'qwen3:4b', stream: false } },
    ]);
    expect(asked[0]!.body.messages!.at(-1)).toEqual({ role: 'user', content: PROMPT });
  });

  it('is asked for a session that nobody took, after the time', async () => {
    const { asked } = await serve(() => says(REWRITTEN));
    vi.stubEnv('PROMPTEVOLVER_WAIT_SECONDS', '20');
    const t = deployment();
    const { session_id } = await register(t);
    await pass(t, 19);
    expect([asked.length, (await look(t, session_id)).status]).toEqual([0, 'pending']);
    await pass(t, 1);
    expect(await look(t, session_id)).toMatchObject({ status: 'completed', source: 'fallback' });
  });

  it.each(['taken', 'completed', 'failed'])('is not asked for a session that was %s before', async (how) => {
    const { asked } = await serve(() => says(REWRITTEN));
    const t = deployment();
    const { session_id } = await register(t);
    if (how === 'taken') await t.mutation(api.sessions.takeSession, { session_id });
    else await deliver(t, (how === 'completed' ? completed : failed)({ session_id }));
    await pass(t, 60);
    expect(asked).toEqual([]);
  });

  it('gives way to a measured result that comes late', async () => {
    await serve(() => says(REWRITTEN));
    const t = deployment();
    const { session_id } = await register(t, true);
    await deliver(t, completed({ session_id }));
    expect(await look(t, session_id)).toMatchObject({
      status: 'completed',
      source: 'webhook',
      optimized_prompt,
      quality_score,
      run_id: 'run-1',
    });
  });

  it('does not give way to a late failure, or to a result that was not measured either', async () => {
    await serve(() => says(REWRITTEN));
    const t = deployment();
    const { session_id } = await register(t, true);
    const before = await look(t, session_id);
    await deliver(t, failed({ session_id }));
    await deliver(t, completed({ session_id, run_id: 'run-2', quality: 'none', quality_score: 0 }));
    expect(await look(t, session_id)).toEqual(before);
  });

  it.each([true, false])('that answers last changes nothing, measured: %s', async (isMeasured) => {
    const t = deployment();
    let session: Id<'sessions'> | undefined;
    await serve(async () => {
      session = (await t.run(async (ctx) => await ctx.db.query('sessions').first()))!._id;
      expect(await look(t, session)).toMatchObject({ status: 'processing', source: 'fallback' });
      await deliver(t, completed({ session_id: session, ...(isMeasured ? {} : { quality: 'none', quality_score: 0 }) }));
      return says(REWRITTEN);
    });
    expect(await register(t, true)).toMatchObject({ status: 'completed', optimized_prompt });
    expect(await look(t, session!)).toMatchObject({ source: 'webhook', optimized_prompt });
  });

  it('is asked once, however often', async () => {
    const { asked } = await serve(() => says(REWRITTEN));
    const t = deployment();
    const { session_id } = await register(t);
    await Promise.all([1, 2, 3].map(() => t.action(internal.fallback.ask, { session: session_id })));
    expect(asked).toHaveLength(1);
  });

  it('that knows no schema is asked again without one', async () => {
    const { asked } = await serve(({ body }) =>
      body.response_format ? { status: 400, body: { error: 'unknown field' } } : says(REWRITTEN),
    );
    expect(await register(deployment(), true)).toMatchObject({ status: 'completed', ...REWRITTEN });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['after thinking', `<think>\nWell {"a":1}\n</think>\n\n${JSON.stringify(REWRITTEN)}`],
    ['in a fence', '```json\n' + JSON.stringify(REWRITTEN) + '\n```'],
  ])('may write its answer %s', async (_, text) => {
    await serve(() => says(text));
    expect(await register(deployment(), true)).toMatchObject({ status: 'completed', ...REWRITTEN });
  });

  it.each<[string, Reply, RegExp]>([
    ['breaks', { status: 500 }, /status 500\. Look at the log/],
    ['has no such model', { status: 404 }, /status 404\. Check PROMPTEVOLVER_FALLBACK_URL .*ollama pull qwen3:4b/],
    ['wants a key', { status: 401 }, /Check PROMPTEVOLVER_FALLBACK_KEY/],
    ['speaks something else', { body: '<html>' }, /does not speak OpenAI’s interface/],
    ['has no choices', { body: { choices: [] } }, /does not speak OpenAI’s interface/],
    ['chats', says('Here is your prompt!'), /not the JSON that was asked for/],
    ['writes JSON of nothing', says('null'), /not the JSON that was asked for/],
    ['leaves the prompt out', says({ improvements: [] }), /optimized_prompt must be a text/],
    ['writes no prompt', says({ optimized_prompt: ' ', improvements: [] }), /optimized_prompt must be a text/],
    ['only thinks', says('<think>' + JSON.stringify(REWRITTEN)), /not the JSON that was asked for/],
    ['is cut off', says(REWRITTEN, 'length'), /cut off/],
  ])('that %s fails the session in clear words', async (_, reply, words) => {
    await serve(() => reply);
    const t = deployment();
    const answer = await register(t, true);
    expect(answer).toMatchObject({ status: 'failed', error: expect.stringMatching(words) });
    expect(JSON.stringify(answer.error)).not.toContain('Count the things');
    expect(await look(t, answer.session_id)).toMatchObject({ status: 'failed', source: 'fallback' });
    await deliver(t, completed({ session_id: answer.session_id }));
    expect(await look(t, answer.session_id)).toMatchObject({ status: 'completed', source: 'webhook', quality_score });
  });

  it('that never answers fails the session after its time', async () => {
    await serve(() => 'never');
    vi.stubEnv('PROMPTEVOLVER_FALLBACK_SECONDS', '1');
    expect(await register(deployment(), true)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('no answer within 1 seconds'),
    });
  });

  it('that is not there, or not set, fails the session in clear words', async () => {
    expect(await register(deployment(), true)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('No fallback server is set'),
    });
    const { url } = await serve(() => 'never');
    await server!.stop();
    server = null;
    vi.stubEnv('PROMPTEVOLVER_FALLBACK_URL', url);
    expect(await register(deployment(), true)).toMatchObject({ status: 'failed', error: expect.stringContaining('cannot be reached') });
  });
});

describe('GET /api/health', () => {
  const health = async (t = deployment()) => {
    const response = await t.fetch('/api/health', { method: 'GET' });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };

  it('has the fields that callers know, and how the webhook is set', async () => {
    const t = deployment();
    expect(await health(t)).toEqual({
      status: 'healthy',
      model: 'qwen3:4b',
      promptwizard_version: null,
      timestamp: '2026-07-01T00:00:00.000Z',
      fallback: 'off',
      webhook: { signed: false, origin: null, last_run: null },
    });
    await deliver(t, completed());
    const told = { promptwizard_version: '0.1.0', webhook: { last_run: '2026-07-01T00:00:00.000Z' } };
    expect(await health(t)).toMatchObject(told);
    vi.setSystemTime(NOW + 60_000);
    await deliver(t, completed());
    expect(await health(t)).toMatchObject(told);
    await deliver(t, completed({ run_id: 'run-2' }));
    expect(await health(t)).toMatchObject({ webhook: { last_run: '2026-07-01T00:01:00.000Z' } });
  });
  it('tells whether the fallback server answers, and never its key or the secret', async () => {
    vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', 'do not tell');
    vi.stubEnv('PROMPTEVOLVER_FALLBACK_KEY', 'do not tell');
    let status = 200;
    const { asked } = await serve(() => ({ status, body: { data: [] } }));
    const sound = await health();
    expect(sound).toMatchObject({ status: 'healthy', fallback: 'healthy', webhook: { signed: true } });
    expect(JSON.stringify(sound)).not.toContain('do not tell');
    expect(asked).toMatchObject([{ path: '/v1/models' }]);
    status = 503;
    expect(await health()).toMatchObject({ status: 'degraded', fallback: 'unavailable', detail: expect.stringContaining('503') });
    await server!.stop();
    server = null;
    expect(await health()).toMatchObject({ status: 'degraded', fallback: 'unavailable' });
  });
  it('tells which setting is wrong', async () => {
    vi.stubEnv('PROMPTEVOLVER_FALLBACK_URL', 'ollama');
    expect(await health()).toMatchObject({
      status: 'degraded',
      fallback: 'misconfigured',
      detail: expect.stringContaining('_FALLBACK_URL must be'),
    });
  });
});
