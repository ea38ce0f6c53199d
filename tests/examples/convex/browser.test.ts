/** The example's page code, with the real functions behind it; the app is a double that answers as docs/api.md says. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { leaveToWebhook, optimizeInBrowser, sameOrigin, type Client, type Run } from '../../../docs/examples/convex/browser/optimize.ts';
import { api } from '../../../docs/examples/convex/convex/_generated/api.ts';
import { cleanEnvironment, completed, deployment } from './deployment.ts';
import { ModelServer, type Asked, type Reply } from './doubles/ModelServer.ts';

cleanEnvironment();

let app: ModelServer | null = null;
afterEach(async () => {
  await app?.stop();
  app = null;
});

/** @param reply by path, from `/api/` on */
async function run(reply: (path: string, asked: Asked) => Reply) {
  vi.useRealTimers();
  app = await ModelServer.start((asked) => reply(asked.path, asked));
  const t = deployment();
  const session_id = await optimizeInBrowser(t as unknown as Client, 'Count the things.', sameOrigin(`${app.url}/`, 1));
  return { session_id, session: await t.query(api.sessions.getSession, { session_id }), asked: app.asked };
}

describe('a page of the app’s origin', () => {
  it('asks the app with the session’s mark, and records the answer', async () => {
    const { session, session_id, asked } = await run(() => ({ body: { ...completed(), session_id: 'as sent' } }));
    expect(asked).toMatchObject([{ path: '/api/v1/optimize', body: { prompt: 'Count the things.', session_id } }]);
    expect(session).toMatchObject({ status: 'completed', source: 'browser', run_id: 'run-1', quality_score: 0.9, outcome: 'better' });
  });
  it('waits for a run that takes longer than a request', async () => {
    let looks = 0;
    const { session } = await run((path) => {
      if (path === '/api/v1/optimize') return { status: 202, body: { run_id: 'run-1', status: 'running' } };
      expect(path).toBe('/api/v1/runs/run-1');
      return { body: ++looks < 3 ? { status: 'running' } : { status: 'completed', result: completed() } };
    });
    expect(looks).toBe(3);
    expect(session).toMatchObject({ status: 'completed', run_id: 'run-1' });
  });
  it.each<[string, Reply, string]>([
    [
      'the app refuses',
      { status: 503, body: { detail: 'No model is on this machine.', code: 'no_model' } },
      'No model is on this machine.',
    ],
    ['the time is over', { status: 504, body: { detail: 'The time is over.', code: 'timeout', result: completed() } }, 'The time is over.'],
  ])('records the error when %s', async (_, reply, error) => {
    expect((await run(() => reply)).session).toMatchObject({ status: 'failed', error });
  });
  it.each<[Reply, string]>([
    [{ body: { status: 'interrupted', error: { detail: 'The window was closed.', code: 'interrupted' } } }, 'The window was closed.'],
    [{ body: { status: 'stopped' } }, 'The run ended: stopped.'],
    [{ status: 404, body: { detail: 'No such run.', code: 'not_found' } }, 'No such run.'],
  ])('records how a long run ended: %j', async (reply, error) => {
    const { session } = await run((path) => (path === '/api/v1/optimize' ? { status: 202, body: { run_id: 'run-1' } } : reply));
    expect(session).toMatchObject({ status: 'failed', error });
  });
});

describe('a page of another site', () => {
  /** @param run in the place of the embed client's `optimize` */
  async function embedded(run: Run) {
    vi.stubEnv('PROMPTEVOLVER_ADDRESS', 'https://app.example/evolver');
    const t = deployment();
    const session_id = await optimizeInBrowser(t as unknown as Client, 'Count the things.', run);
    return { session_id, session: await t.query(api.sessions.getSession, { session_id }) };
  }

  it('gives its client the request and the app’s address, and records the answer', async () => {
    const run = vi.fn<Run>(async () => completed() as unknown as Awaited<ReturnType<Run>>);
    const { session, session_id } = await embedded(run);
    expect(run.mock.calls).toEqual([[{ prompt: 'Count the things.', session_id }, 'https://app.example/evolver/']]);
    expect(session).toMatchObject({ status: 'completed', source: 'browser', quality_score: 0.9, run_id: 'run-1' });
  });
  it.each([
    [Object.assign(new Error('The person said no.'), { code: 'refused' }), 'The person said no.'],
    [new TypeError('Failed to fetch'), 'Failed to fetch'],
    [new Error(''), 'The app could not be asked.'],
    [{}, 'The app could not be asked.'],
  ])('records why its client gave up: %s', async (fault, error) => {
    expect((await embedded(() => Promise.reject(fault))).session).toMatchObject({ status: 'failed', error });
  });
});

describe('a page that leaves the rest to the webhook', () => {
  async function left(run: Run) {
    vi.useRealTimers();
    const t = deployment();
    const told: unknown[] = [];
    const session_id = await leaveToWebhook(t as unknown as Client, 'Count the things.', run, (error) => told.push(error));
    return { told, look: () => t.query(api.sessions.getSession, { session_id }) };
  }
  const answer = (more: object) => async () => ({ ...completed(), ...more }) as unknown as Awaited<ReturnType<Run>>;

  it('does not wait for a run, and brings nothing of it', async () => {
    const run = vi.fn<Run>(answer({}));
    const { look } = await left(run);
    await run.mock.results[0]!.value;
    expect(await look()).toMatchObject({ status: 'processing', source: 'browser' });
  });
  it('brings an answer that the app had already, which no webhook does', async () => {
    const { look } = await left(answer({ cached: true }));
    await vi.waitFor(async () => expect(await look()).toMatchObject({ status: 'completed', run_id: 'run-1' }));
  });
  it('brings why the app could not be asked', async () => {
    const { look, told } = await left(() => Promise.reject(Object.assign(new Error('No window is open.'), { code: 'no_page' })));
    await vi.waitFor(async () => expect(await look()).toMatchObject({ status: 'failed', error: 'No window is open.' }));
    expect(told).toEqual([]);
  });
});

it('a session that another took meanwhile is left to it', async () => {
  const t = deployment();
  const run = vi.fn<Run>();
  const client = { action: t.action, mutation: () => Promise.resolve(false) } as unknown as Client;
  await optimizeInBrowser(client, 'Count the things.', run);
  await leaveToWebhook(client, 'Count the things.', run);
  expect(run).not.toHaveBeenCalled();
});
