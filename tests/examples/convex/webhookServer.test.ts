/** The address that browser tests post to, asked from Node over a real connection. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api } from '../../../docs/examples/convex/convex/_generated/api.ts';
import { send } from '../../../src/api/webhook.ts';
import { MOST_BYTES } from '../../../docs/examples/convex/convex/webhook.ts';
import { cleanEnvironment, completed, deployment, NOW, ORIGIN, SECRET, type Deployment } from './deployment.ts';
import { serveWebhook, type WebhookServer } from './webhookServer.ts';

cleanEnvironment();

let t: Deployment;
let site: WebhookServer;
beforeEach(async () => {
  vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
  vi.stubEnv('PROMPTEVOLVER_ORIGIN', ORIGIN);
  t = deployment();
  site = await serveWebhook(t);
});
afterEach(async () => await site.stop());

const post = async (body: string) => await send({ url: new URL(`${site.url}/api/webhook`), run: 'run-1', body, secret: SECRET, now: NOW });

it('takes what the app’s own sender sends, the same bytes twice too', async () => {
  const { session_id } = await t.action(api.optimize.optimizePromptWithHFSpace, { prompt: 'Count the things, ü.' });
  const body = JSON.stringify(completed({ session_id, optimized_prompt: 'Zähle 🍐.' }));
  for (let i = 0; i < 2; i++) expect(await post(body)).toEqual({ kind: 'taken', status: 200 });
  expect(await t.query(api.sessions.getSession, { session_id })).toMatchObject({ status: 'completed', optimized_prompt: 'Zähle 🍐.' });
  expect(site.answered).toEqual([
    ['POST', '/api/webhook', 200],
    ['POST', '/api/webhook', 200],
  ]);
});

it('answers a preflight with its headers, and health', async () => {
  const preflight = await fetch(`${site.url}/api/webhook`, { method: 'OPTIONS', headers: { Origin: ORIGIN } });
  expect([preflight.status, preflight.headers.get('Access-Control-Allow-Origin')]).toEqual([204, ORIGIN]);
  expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('X-PromptEvolver-Signature');
  expect(await (await fetch(`${site.url}/api/health`)).json()).toMatchObject({ status: 'healthy', webhook: { signed: true } });
});

it('refuses what the example refuses', async () => {
  expect(await post('{')).toEqual({ kind: 'refused', status: 400 });
  expect(await post(JSON.stringify({ more: 'x'.repeat(MOST_BYTES) }))).toEqual({ kind: 'refused', status: 413 });
  const unsigned = await fetch(`${site.url}/api/webhook`, { method: 'POST', body: JSON.stringify(completed()) });
  expect(unsigned.status).toBe(401);
  expect((await fetch(`${site.url}/api/other`)).status).toBe(404);
});
