import * as v from 'valibot';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AcceptedSchema,
  ErrorSchema,
  EventSchema,
  HealthResponseSchema,
  OptimizeResponseSchema,
  RunResponseSchema,
  type ApiEvent,
} from '../../../src/api/answerSchema.ts';
import { ask, openApi, rows, takeModel, type ApiApp } from './openApi.ts';

let app: ApiApp;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  app = await openApi();
}, 180_000);
afterAll(() => app?.close());
beforeEach(async () => {
  context = await app.context();
  page = await app.open(context);
});
afterEach(() => context.close());

const quick = { prompt: 'Add one.', rows: rows(20), plan: 'trial', config: { max_tokens: 16, seed: 1 } };
/** With the model that never ends a reply by itself: a run of many minutes on any machine. */
const slow = (prompt = 'Slow.') => ({ prompt, rows: rows(60), plan: 'thorough', config: { max_tokens: 1024 } });
const OPTIMIZE = 'api/v1/optimize';
const parse = <S extends v.GenericSchema>(schema: S, body: unknown) => v.parse(schema, body);
const events = (text: string): ApiEvent[] =>
  text
    .trim()
    .split('\n')
    .map((line) => parse(EventSchema, JSON.parse(line)));

describe('without a model', () => {
  it('health says that none is here, and a request is refused with what to do', async () => {
    const health = await ask(page, 'api/health');
    expect(health.status).toBe(200);
    expect(parse(HealthResponseSchema, health.body)).toMatchObject({ status: 'unavailable', model: 'none', engine: null });
    const refused = await ask(page, OPTIMIZE, { json: quick });
    expect([refused.status, refused.body['code']]).toEqual([503, 'no_model']);
    expect(refused.body['detail']).toContain('Models');
  }, 120_000);

  it('bad bodies are refused in words, whatever they are', async () => {
    const answers = [
      await ask(page, OPTIMIZE, { text: '', headers: { 'Content-Type': 'application/json' } }),
      await ask(page, OPTIMIZE, { text: '{"prompt"', headers: { 'Content-Type': 'application/json' } }),
      await ask(page, OPTIMIZE, { text: '['.repeat(10_000), headers: { 'Content-Type': 'application/json' } }),
      await ask(page, OPTIMIZE, { json: { prompt: '' } }),
      await ask(page, OPTIMIZE, { json: { prompt: 'x', config: { top_n: 'many' } } }),
      await ask(page, OPTIMIZE, { text: 'prompt=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
      await ask(page, OPTIMIZE),
      await ask(page, 'api/v1/nothing'),
      await ask(page, 'api/v1/runs/none'),
    ];
    expect(answers.map(({ status, body }) => [status, body['code'], body['field']])).toEqual([
      [400, 'bad_json', undefined],
      [400, 'bad_json', undefined],
      [422, 'too_deep', 'body'],
      [400, 'empty_prompt', 'prompt'],
      [422, 'bad_field', 'config.top_n'],
      [415, 'unsupported_media_type', undefined],
      [405, 'method_not_allowed', undefined],
      [404, 'not_found', undefined],
      [404, 'not_found', undefined],
    ]);
    for (const { body } of answers) parse(ErrorSchema, body);
    const odd = await page.evaluate(async (path) => {
      const send = async (body: BlobPart) => {
        const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: new Blob([body]) });
        return [response.status, ((await response.json()) as { code: string }).code];
      };
      return [await send(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), await send(new Uint8Array(50 * 1024 * 1024))];
    }, OPTIMIZE);
    expect(odd).toEqual([
      [400, 'bad_json'],
      [413, 'body_too_large'],
    ]);
  }, 120_000);

  it('the document lies beside it, and is not the API’s to answer', async () => {
    const found = await ask(page, 'api/openapi.json');
    expect([found.status, found.body['openapi']]).toEqual([200, '3.1.0']);
  });
});

describe('with a model', () => {
  it('answers a request with what the page shows, stores it, and answers the same again at once', async () => {
    await takeModel(page);
    expect(parse(HealthResponseSchema, (await ask(page, 'api/health')).body)).toMatchObject({ status: 'healthy', engine: 'wllama' });
    const first = await ask(page, OPTIMIZE, { json: { ...quick, session_id: 'session 1', an_older_field: true } });
    expect(first.status, first.text).toBe(200);
    const result = parse(OptimizeResponseSchema, first.body);
    expect(result).toMatchObject({ original_prompt: 'Add one.', session_id: 'session 1', cached: false });
    expect(result.usage.calls).toBeGreaterThan(0);

    const again = await ask(page, OPTIMIZE, { json: { ...quick, session_id: 'session 2' } });
    expect(again.body).toEqual({ ...first.body, session_id: 'session 2', cached: true });

    await page.evaluate((run) => void (location.hash = `#/runs/${run}`), result.run_id);
    await page.getByRole('region', { name: 'Result' }).waitFor();
    for (const improvement of result.improvements) await page.getByText(improvement, { exact: true }).first().waitFor();
    const shown = await page.getByRole('region', { name: 'Result' }).innerText();
    expect(shown).toContain(result.quality === 'none' ? '–' : result.quality_score.toFixed(2));

    const state = await ask(page, `api/v1/runs/${result.run_id}`);
    expect(parse(RunResponseSchema, state.body)).toMatchObject({
      status: 'completed',
      session_id: 'session 1',
      result: { optimized_prompt: result.optimized_prompt },
    });
    await page.evaluate(() => void (location.hash = '#/runs'));
    await page.getByText('asked by the API').waitFor();
    expect((await ask(page, `api/v1/runs/${result.run_id}`, { method: 'DELETE' })).body).toMatchObject({ deleted: true });
    expect((await ask(page, `api/v1/runs/${result.run_id}`)).status).toBe(404);
  }, 180_000);

  it('loads the model that lies here when none is loaded, and tells of it', async () => {
    await takeModel(page);
    await page.reload();
    const { text, headers, status } = await ask(page, OPTIMIZE, {
      json: { ...quick, config: { ...quick.config, seed: 2 } },
      headers: { Accept: 'application/x-ndjson' },
    });
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    const names = events(text).map(({ event }) => event);
    expect(names).toContain('loading');
    expect(names).toContain('progress');
    expect(names.at(-1)).toBe('result');
  }, 180_000);

  it('leaves the model that the person chose as it is when another answers', async () => {
    await takeModel(page);
    const chosen = { engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' };
    const preference = (value?: object): Promise<unknown> =>
      page.evaluate(
        (written) =>
          new Promise((done, fail) => {
            const opening = indexedDB.open('promptevolver');
            opening.onerror = () => fail(opening.error);
            opening.onsuccess = () => {
              const kept = opening.result.transaction('preferences', 'readwrite').objectStore('preferences');
              if (written) kept.put({ key: 'model', version: 1, value: written });
              const asked = kept.get('model');
              asked.onsuccess = () => (opening.result.close(), done((asked.result as { value: unknown }).value));
            };
          }),
        value,
      );
    await preference(chosen);
    await page.reload();
    const { status, text } = await ask(page, OPTIMIZE, { json: { ...quick, config: { ...quick.config, seed: 4 } } });
    expect([status, text]).toEqual([200, expect.stringContaining('"model":"tiny')]);
    expect(await preference()).toEqual(chosen);
  }, 180_000);

  it('loads it once for two callers who ask the same at once, and runs once', async () => {
    await takeModel(page);
    await page.reload();
    const same = { ...quick, config: { ...quick.config, seed: 3 } };
    const [one, other, third] = await Promise.all([
      ask(page, OPTIMIZE, { json: { ...same, session_id: 'one' } }),
      ask(page, OPTIMIZE, { json: { ...same, session_id: 'other' } }),
      ask(page, OPTIMIZE, { json: { ...same, prompt: 'Another one.' } }),
    ]);
    expect([one.status, other.status, third.status]).toEqual([200, 200, 200]);
    expect(other.body).toEqual({ ...one.body, session_id: 'other' });
    expect(third.body['run_id']).not.toBe(one.body['run_id']);
  }, 180_000);

  it.each(['cancel', 'abort'])(
    'sends events while the run goes on, and stops it when nobody reads them any more: %s',
    async (how) => {
      await takeModel(page, { endless: true });
      const seen = await page.evaluate(
        async ([path, body, leave]) => {
          const caller = new AbortController();
          const response = await fetch(path, {
            signal: caller.signal,
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
            body,
          });
          const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
          let text = '';
          while (!text.includes('"progress"')) text += (await reader.read()).value ?? '';
          const run = (JSON.parse(text.split('\n')[0]!) as { run_id: string }).run_id;
          const state = (await (await fetch(`api/v1/runs/${run}`)).json()) as { status: string };
          if (leave === 'abort') caller.abort();
          else await reader.cancel();
          return { run, status: state.status };
        },
        [OPTIMIZE, JSON.stringify(slow()), how] as const,
      );
      expect(seen.status).toBe('running');
      // Who reads no further has gone away.
      await expect.poll(async () => (await ask(page, `api/v1/runs/${seen.run}`)).body['status'], { timeout: 30_000 }).toBe('stopped');
    },
    180_000,
  );

  it('honours respond-async, a timeout, DELETE and the queue’s length', async () => {
    await takeModel(page, { endless: true });
    const late = await ask(page, OPTIMIZE, { json: { ...slow('Late.'), timeout: 1 } });
    expect([late.status, late.body['code']]).toEqual([504, 'timeout']);
    expect(late.body['run_id']).toEqual(expect.any(String));

    const first = await ask(page, OPTIMIZE, { json: slow('One.'), headers: { Prefer: 'respond-async' } });
    expect([first.status, first.headers['preference-applied'], first.headers['location']]).toEqual([
      202,
      'respond-async',
      `api/v1/runs/${first.body['run_id']}`,
    ]);
    parse(AcceptedSchema, first.body);
    for (const prompt of ['Two.', 'Three.', 'Four.'])
      await ask(page, OPTIMIZE, { json: slow(prompt), headers: { Prefer: 'respond-async' } });
    const full = await ask(page, OPTIMIZE, { json: slow('Five.') });
    expect([full.status, full.body['code'], full.headers['retry-after']]).toEqual([429, 'busy', '30']);
    expect((await ask(page, 'api/health')).body).toMatchObject({ status: 'degraded', queue: { running: 1, waiting: 3, limit: 3 } });
    const joined = await ask(page, OPTIMIZE, { json: slow('One.'), headers: { Prefer: 'respond-async' } });
    expect(joined.body['run_id']).toBe(first.body['run_id']);
    const stopped = await ask(page, `api/v1/runs/${first.body['run_id']}`, { method: 'DELETE' });
    expect(parse(RunResponseSchema, stopped.body)).toMatchObject({ status: 'stopped', deleted: false });
  }, 180_000);

  it('stops a run whose caller was closed', async () => {
    await takeModel(page, { endless: true });
    const caller = await context.newPage();
    await caller.goto(`${app.server.url}api/openapi.json`);
    const running = async () => ((await ask(page, 'api/health')).body['queue'] as { running: number }).running;
    const asked = ask(caller, `/${OPTIMIZE}`, { json: slow() }).catch(() => 'closed');
    await expect.poll(running, { timeout: 30_000 }).toBe(1);
    await caller.close();
    expect(await asked).toBe('closed');
    await expect.poll(running, { timeout: 30_000 }).toBe(0);
  }, 180_000);
});

describe('windows', () => {
  it('the one with the model answers, whichever asks, and may be stopped from the other', async () => {
    await takeModel(page, { endless: true });
    const other = await app.open(context);
    const asked = await ask(other, OPTIMIZE, { json: slow(), headers: { Prefer: 'respond-async' } });
    expect(asked.status, asked.text).toBe(202);
    await expect.poll(async () => (await ask(other, `api/v1/runs/${asked.body['run_id']}`)).body['status']).toBe('running');
    expect((await ask(other, `api/v1/runs/${asked.body['run_id']}`, { method: 'DELETE' })).body).toMatchObject({
      status: 'stopped',
      deleted: false,
    });
  }, 180_000);

  it('of the app are needed: a page of this origin alone gets 503, and health says so', async () => {
    const visitor = await context.newPage();
    // Beside the app, under its service worker.
    await visitor.goto(`${app.server.url}api/openapi.json`);
    await page.close();
    const health = await ask(visitor, '/api/health');
    expect([health.status, health.body['status'], health.body['webgpu']]).toEqual([200, 'unavailable', null]);
    parse(HealthResponseSchema, health.body);
    const refused = await ask(visitor, `/${OPTIMIZE}`, { json: quick });
    expect([refused.status, refused.body['code']]).toEqual([503, 'no_page']);
  }, 120_000);

  it('in the background answer too: a run, its events and a timeout, though the page’s own timers and frames sleep', async () => {
    await takeModel(page, { endless: true });
    // Harder than any browser: in a hidden tab they come once a minute.
    await page.evaluate(() => {
      const asleep = () => 0;
      Object.assign(globalThis, { setTimeout: asleep, setInterval: asleep, requestAnimationFrame: asleep, requestIdleCallback: asleep });
    });
    const asker = await context.newPage();
    await asker.goto(`${app.server.url}api/openapi.json`);
    const short = { ...quick, prompt: 'Short.', config: { max_tokens: 16, seed: 1 } };
    expect((await ask(asker, `/${OPTIMIZE}`, { json: short })).status).toBe(200);
    const { text } = await ask(asker, `/${OPTIMIZE}`, {
      json: { ...short, config: { max_tokens: 17 } },
      headers: { Accept: 'application/x-ndjson' },
    });
    expect(events(text).at(-1)!.event).toBe('result');
    const late = await ask(asker, `/${OPTIMIZE}`, { json: { ...slow(), timeout: 2 } });
    expect([late.status, late.body['code']]).toEqual([504, 'timeout']);
  }, 180_000);

  it('closed in the middle: one answer becomes 503, events end with the error, both with the run’s id', async () => {
    await takeModel(page, { endless: true });
    const asker = await context.newPage();
    await asker.goto(`${app.server.url}api/openapi.json`);
    const [one, lines] = [
      ask(asker, `/${OPTIMIZE}`, { json: slow('One.') }),
      ask(asker, `/${OPTIMIZE}`, { json: slow('Two.'), headers: { Accept: 'application/x-ndjson' } }),
    ];
    await expect
      .poll(async () => (await ask(asker, '/api/health')).body['queue'], { timeout: 30_000 })
      .toMatchObject({ running: 1, waiting: 1 });
    await page.close();
    expect(await one).toMatchObject({ status: 503, body: { code: 'page_closed', run_id: expect.any(String) } });
    const last = events((await lines).text).at(-1);
    expect(last).toMatchObject({ event: 'error', code: 'page_closed', run_id: expect.any(String) });
  }, 180_000);
});
