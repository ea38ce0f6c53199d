/** The example's real schema and functions, in convex-test's backend, with a clock that the test moves. */
import { createHmac } from 'node:crypto';
import { convexTest } from 'convex-test';
import { afterEach, beforeEach, vi } from 'vitest';
import schema from '../../../docs/examples/convex/convex/schema.ts';

const modules = import.meta.glob('../../../docs/examples/convex/convex/**/*.ts');

export const NOW = Date.UTC(2026, 6, 1);
export const SECRET = 'a secret of this test';
export const ORIGIN = 'https://me-promptevolver.static.hf.space';

export const deployment = () => convexTest({ schema, modules });
export type Deployment = ReturnType<typeof deployment>;

/** Call once in a file. */
export function cleanEnvironment(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: NOW });
    for (const name of Object.keys(process.env)) if (name.startsWith('PROMPTEVOLVER_')) vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });
}

/** A function that the scheduler starts then has ended when this ends. */
export async function pass(t: Deployment, seconds: number): Promise<void> {
  vi.advanceTimersByTime(seconds * 1000);
  await t.finishInProgressScheduledFunctions();
}

/** What the app sends of a completed run. */
export const completed = (change: Record<string, unknown> = {}) => ({
  event: 'run.finished',
  run_id: 'run-1',
  status: 'completed',
  timestamp: '2026-07-01T00:00:00.000Z',
  original_prompt: 'Count the things.',
  optimized_prompt: 'Count every thing in the sentence. Answer with one number.',
  improvements: ['Names the form of the answer: 6 rows won'],
  quality_score: 0.9,
  processing_time: 81.5,
  messages: [{ role: 'user', content: 'Count every thing.' }],
  quality: 'held-out',
  verdict: { outcome: 'better', reason: 'It won.', start: { mean: 0.5 } },
  usage: { calls: 60, tokens_in: 9000, tokens_out: 2000 },
  model: 'qwen3:4b',
  promptwizard_version: '0.1.0',
  cached: false,
  ...change,
});

export const failed = (change: Record<string, unknown> = {}) => ({
  event: 'run.finished',
  run_id: 'run-1',
  status: 'failed',
  timestamp: '2026-07-01T00:00:00.000Z',
  error: { detail: 'The run was stopped before its end.', code: 'cancelled' },
  ...change,
});

/** Signed by Node's own HMAC, not by the code under test. @param at seconds since 1970 */
export function signed(body: string | Uint8Array, { secret = SECRET, at = NOW / 1000 } = {}): Record<string, string> {
  const hash = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
  return { 'X-PromptEvolver-Timestamp': String(at), 'X-PromptEvolver-Signature': `v1=${hash}` };
}

export async function deliver(t: Deployment, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await t.fetch('/api/webhook', { method: 'POST', body: text, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}
