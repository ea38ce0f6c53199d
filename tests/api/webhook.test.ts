import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FoundRun } from '../../src/api/host.ts';
import { OptimizeResponseSchema } from '../../src/api/answerSchema.ts';
import { retryAfter } from '../../src/api/retryAfter.ts';
import { MOST_ATTEMPTS, nextAttempt, readWebhookUrl, secretMark, send, signature, testBody, webhookBody } from '../../src/api/webhook.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { inputOf, modelFor, play, world } from '../promptwizard/play.ts';

const NOW = Date.UTC(2026, 6, 1);
let events: RunEvent[];
beforeAll(async () => {
  const input = inputOf({ plan: 'trial' });
  events = (await play(input, modelFor(input, world()))).events;
});
const run = (change: Partial<FoundRun> = {}): FoundRun => ({
  id: 'run-1',
  status: 'done',
  createdAt: NOW,
  updatedAt: NOW,
  model: 'Qwen3-4B-q4f16_1-MLC',
  sessionId: 's1',
  ...change,
});

describe('an address', () => {
  it.each(['https://a.example/api/webhook?key=1', 'http://127.0.0.1:8080/x', 'http://localhost/x', ' https://a.example '])(
    'is taken: %s',
    (text) => {
      expect(readWebhookUrl(text).href).toBe(new URL(text.trim()).href);
    },
  );
  it.each([
    'http://a.example',
    'ftp://a.example',
    'javascript:alert(1)',
    'a.example',
    '',
    'http://127.0.0.1.a.example/',
    'https://me:pw@a.example/',
    'https://[::1]/hook',
  ])('is refused with how to mend it: %s', (text) => {
    expect(() => readWebhookUrl(text)).toThrow(/^The address must /);
  });
});

describe('the message', () => {
  it('of a completed run has every field of the answer', () => {
    const body = JSON.parse(webhookBody(run(), events, '0.1.0', NOW)) as Record<string, unknown>;
    expect(body).toMatchObject({
      event: 'run.finished',
      run_id: 'run-1',
      session_id: 's1',
      status: 'completed',
      timestamp: '2026-07-01T00:00:00.000Z',
    });
    expect(v.safeParse(OptimizeResponseSchema, body).success).toBe(true);
  });
  it.each([
    ['failed', 'It broke.', { detail: 'It broke.', code: 'failed' }],
    ['stopped', undefined, { detail: 'The run was stopped before its end.', code: 'cancelled' }],
  ] as const)('of a run that %s says why, and holds no prompt', (status, error, told) => {
    const text = webhookBody(run({ status, ...(error ? { error } : {}) }), events, '0.1.0', NOW);
    expect(JSON.parse(text)).toEqual({
      event: 'run.finished',
      run_id: 'run-1',
      session_id: 's1',
      status: 'failed',
      timestamp: '2026-07-01T00:00:00.000Z',
      error: told,
    });
  });
  it('of a test holds nothing but the time', () => {
    expect(JSON.parse(testBody(NOW))).toEqual({ event: 'test', timestamp: '2026-07-01T00:00:00.000Z' });
  });
});

describe('an attempt', () => {
  const asked: { url: string; init: RequestInit }[] = [];
  const answering =
    (status: number, headers: Record<string, string> = {}): typeof fetch =>
    async (url, init) => {
      asked.push({ url: String(url), init: init! });
      return new Response(null, { status, headers });
    };
  const delivery = { url: new URL('https://a.example/hook'), run: 'run-1', body: '{"a":"ü"}', secret: 'key', now: NOW + 999 };

  it('is signed over the time and the bytes, and carries no cookies and no referrer', async () => {
    expect(await send(delivery, answering(204))).toEqual({ kind: 'taken', status: 204 });
    const { url, init } = asked.at(-1)!;
    const signed = createHmac('sha256', 'key')
      .update(`${NOW / 1000}.{"a":"ü"}`)
      .digest('hex');
    expect(url).toBe('https://a.example/hook');
    expect(init).toMatchObject({
      method: 'POST',
      body: '{"a":"ü"}',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    });
    expect(init.headers).toEqual({
      'Content-Type': 'application/json',
      'X-PromptEvolver-Run': 'run-1',
      'X-PromptEvolver-Timestamp': String(NOW / 1000),
      'X-PromptEvolver-Signature': `v1=${signed}`,
    });
    expect(await signature('key', NOW / 1000, '{"a":"ü"}')).toBe(signed);
  });
  it('without a secret is not signed', async () => {
    await send({ ...delivery, secret: null }, answering(200));
    expect(Object.keys(asked.at(-1)!.init.headers!)).not.toContain('X-PromptEvolver-Signature');
  });
  it.each([408, 425, 429, 500, 502, 503, 504])('that is answered with %s is made again, after the time asked for', async (status) => {
    expect(await send(delivery, answering(status, { 'Retry-After': '120' }))).toEqual({ kind: 'later', status, retryAfter: 120_000 });
  });
  it.each([400, 401, 403, 404, 409, 410, 413, 422])('that is answered with %s is not', async (status) => {
    expect(await send(delivery, answering(status))).toEqual({ kind: 'refused', status });
  });
  it('that reaches nobody is made again', async () => {
    expect(await send(delivery, () => Promise.reject(new TypeError('Failed to fetch')))).toEqual({
      kind: 'later',
      status: 0,
      retryAfter: null,
    });
  });
});

it('the mark of a secret tells it from another one, and is too short to find it by', async () => {
  const mark = await secretMark('key', 'https://a.example');
  expect(mark).toMatch(/^[0-9a-f]{4}$/);
  expect(await secretMark('key', 'https://a.example')).toBe(mark);
  for (const other of ['Key', 'key ', 'another']) expect(await secretMark(other, 'https://a.example')).not.toBe(mark);
  expect(await secretMark('key', 'https://b.example')).not.toBe(mark);
});

describe('the wait before the next attempt', () => {
  it('grows, stays within its jitter, and ends within a day and a half at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: MOST_ATTEMPTS, maxLength: MOST_ATTEMPTS }),
        (chances) => {
          let now = NOW;
          chances.forEach((chance, i) => {
            const at = nextAttempt(i + 1, null, now, chance);
            if (i + 1 >= MOST_ATTEMPTS) return expect(at).toBeNull();
            expect(at! - now).toBeGreaterThanOrEqual(Math.min(30_000 * 4 ** i, 8 * 3_600_000) / 2 - 1);
            expect(at! - now).toBeLessThanOrEqual(Math.min(30_000 * 4 ** i, 8 * 3_600_000));
            now = at!;
          });
          expect(now - NOW).toBeLessThan(36 * 3_600_000);
        },
      ),
    );
  });
  it('is at least what the other side asked for', () => {
    expect(nextAttempt(1, 3_600_000, NOW, 0)).toBe(NOW + 3_600_000);
  });
  it.each([
    [null, null],
    ['', null],
    ['soon', null],
    ['0', 0],
    ['90', 90_000],
    ['99999999', 86_400_000],
    [new Date(NOW + 60_000).toUTCString(), 60_000],
    [new Date(NOW - 60_000).toUTCString(), 0],
  ])('Retry-After %s is %s ms', (text, ms) => {
    expect(retryAfter(text, NOW)).toBe(ms);
  });
});
