/** The app in a real browser, and the real functions of the Convex example behind a real address. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { api } from '../../../docs/examples/convex/convex/_generated/api.ts';
import { deployment, SECRET, type Deployment } from '../../examples/convex/deployment.ts';
import { serveWebhook, type WebhookServer } from '../../examples/convex/webhookServer.ts';
import { ask, openApi, rows, takeModel, type ApiApp } from './openApi.ts';

let app: ApiApp;
let t: Deployment;
let site: WebhookServer;

beforeAll(async () => {
  app = await openApi();
  t = deployment();
  vi.stubEnv('PROMPTEVOLVER_WEBHOOK_SECRET', SECRET);
  vi.stubEnv('PROMPTEVOLVER_ORIGIN', new URL(app.server.url).origin);
  site = await serveWebhook(t);
}, 180_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await app?.close();
  await site?.stop();
});

it('a run in the browser completes the session by the app’s signed webhook, past the preflight', async () => {
  const context = await app.context();
  const page = await app.open(context);
  await takeModel(page);
  await page.goto(`${app.server.url}#/settings`);
  await page.getByLabel('Address', { exact: true }).fill(`${site.url}/api/webhook`);
  await page.getByLabel('Sign with a secret').check();
  await page.getByLabel('Secret', { exact: true }).fill(SECRET);
  await page.getByRole('button', { name: /^Allow sending to 127\.0\.0\.1/ }).click();
  await page.getByText(/^Runs are sent to/).waitFor();

  const { session_id, request } = await t.action(api.optimize.optimizePromptWithHFSpace, {
    prompt: 'Add one.',
    rows: rows(20),
    config: { max_tokens: 16, seed: 3 },
  });
  const answer = await ask(page, 'api/v1/optimize', { json: { ...request, plan: 'trial' } });
  expect(answer.status).toBe(200);
  const look = async () => await t.query(api.sessions.getSession, { session_id });
  await expect.poll(async () => (await look()).status, { timeout: 60_000 }).toBe('completed');
  const { run_id, optimized_prompt, improvements, processing_time } = answer.body;
  expect(await look()).toMatchObject({ source: 'webhook', run_id, optimized_prompt, improvements, processing_time });
  expect(site.answered).toContainEqual(['OPTIONS', '/api/webhook', 204]);
  expect(site.answered).toContainEqual(['POST', '/api/webhook', 200]);
  await context.close();
}, 180_000);
