import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenRequest, ModelRef } from '../../../src/engines/engine.ts';
import type { JsonSchema } from '../../../src/promptwizard/llm.ts';
import { TINY_REPLY, writeTinyGguf } from '../../fixtures/tiny-gguf.ts';
import { buildEntry, launchBrowser, serve, type Server } from '../harness.ts';
import type { Outcome } from './app/engine.worker.ts';
import { openEngine, type OpenEngine } from './open-engine.ts';

let browser: Browser;
let app: string;
let models: string;
let server: Server;
let engine: OpenEngine;

const ref = (file: string): ModelRef => ({ engine: 'wllama', id: file, url: `${server.url}${file}` });
const ask = (content: string, more: Partial<GenRequest> = {}): GenRequest => ({
  messages: [{ role: 'user', content }],
  maxTokens: 40,
  temperature: 0,
  seed: 0,
  ...more,
});
function ok<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw new Error(`${outcome.error.name}: ${outcome.error.message}`);
  return outcome.ok;
}
function failure<T>(outcome: Outcome<T>): { name: string; message: string } {
  if ('ok' in outcome) throw new Error(`It worked: ${JSON.stringify(outcome.ok)}`);
  return outcome.error;
}

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'models-'));
  await writeTinyGguf(join(models, 'tiny.gguf'), { contextLength: 512 });
  await writeTinyGguf(join(models, 'long.gguf'), { contextLength: 8192 });
  await writeTinyGguf(join(models, 'endless.gguf'), { endless: true, contextLength: 1024 });
  app = await buildEntry('tests/browser/wllama/app/page.ts');
  browser = await launchBrowser();
  // Without isolation: on one thread, which a small model needs no more of, a busy machine does not slow the tests down.
  server = await serve([app, models]);
  engine = await openEngine(browser, server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (models) await rm(models, { recursive: true });
});

describe('the CPU engine with a small model', () => {
  it('knows before any load what this browser can do', async () => {
    expect(await engine.call('capability')).toMatchObject({ engine: 'wllama', ok: true, why: expect.stringMatching(/CPU/) });
  });

  it('refuses a call while no model is loaded', async () => {
    expect(failure(await engine.call('generate', ask('Hello')))).toMatchObject({ name: 'not-loaded' });
  });

  it('loads by address, says how far it is, and measures its speed', async () => {
    const loaded = ok(await engine.call('load', ref('tiny.gguf')));
    expect(loaded).toMatchObject({ title: 'Tiny', contextSize: 512, ref: ref('tiny.gguf') });
    expect(loaded.prefillPerSecond).toBeGreaterThan(0);
    expect(loaded.decodePerSecond).toBeGreaterThan(0);
    expect(loaded.runsOn).toBe('CPU, 1 thread');
    const progress = await engine.call('progress');
    expect([...new Set(progress.map((p) => p.phase))]).toEqual(['check', 'download', 'verify', 'upload', 'selftest', 'ready']);
    const last = progress.filter((p) => p.phase === 'download').at(-1)!;
    expect(last.bytesDone).toBe(last.bytesTotal);
    expect(last.bytesTotal).toBeGreaterThan(300_000);
  });

  it('answers, counts its tokens and tells of each one', async () => {
    const result = ok(await engine.call('generate', ask('Hello')));
    expect(result).toMatchObject({ text: TINY_REPLY, finish: 'stop', tokensOut: 6 });
    expect(result.heard).toEqual([1, 2, 3, 4, 5]);
    expect(result.tokensIn).toBeGreaterThan(10);
    expect(result.ms).toBeGreaterThan(0);
    expect(result.prefillPerSecond).toBeGreaterThan(0);
    expect(result.decodePerSecond).toBeGreaterThan(0);
  });

  it('does not compute the common beginning of two prompts again', async () => {
    const start = 'The same long beginning of every prompt. '.repeat(4);
    const first = ok(await engine.call('generate', ask(`${start}One`)));
    const second = ok(await engine.call('generate', ask(`${start}Two`)));
    expect(second.tokensReused).toBeGreaterThan(first.tokensIn * 0.8);
    expect(second.tokensReused).toBeLessThan(second.tokensIn);
  });

  it('cuts the reply at the most tokens asked for', async () => {
    expect(ok(await engine.call('generate', ask('Hello', { maxTokens: 3 })))).toMatchObject({
      text: 'Tiny models say',
      finish: 'length',
      tokensOut: 3,
    });
  });

  it('gives the same reply for the same seed, and others for others', async () => {
    const replies = [];
    for (const seed of [1, 1, 2, 3, 4, 5]) replies.push(ok(await engine.call('generate', ask('Hello', { temperature: 3, seed }))).text);
    expect(replies[0]).toBe(replies[1]);
    expect(new Set(replies).size).toBeGreaterThan(1);
  });

  it('writes JSON of the schema and nothing else', async () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        count: { type: 'integer' },
        list: {
          type: 'array',
          items: { type: 'object', properties: { mark: { type: 'string', enum: ['yes "so"', 'no'] } }, required: ['mark'] },
          minItems: 2,
          maxItems: 3,
        },
        sure: { type: 'boolean' },
      },
      required: ['name', 'count', 'list', 'sure'],
    };
    for (const temperature of [0, 2]) {
      const { text, finish } = ok(await engine.call('generate', ask('Hello', { schema, maxTokens: 400, temperature, seed: 5 })));
      expect(finish).toBe('stop');
      const value = JSON.parse(text);
      expect(Object.keys(value)).toEqual(['name', 'count', 'list', 'sure']);
      expect(Number.isInteger(value.count)).toBe(true);
      expect(value.list.length).toBeGreaterThanOrEqual(2);
      for (const { mark } of value.list) expect(['yes "so"', 'no']).toContain(mark);
    }
  });

  it('answers in letters and nothing else, and tells the chance of each, the same at any temperature', async () => {
    for (const letters of [
      { of: ['y', 'n'], count: 5 },
      { of: ['A', 'B'], count: 1 },
    ]) {
      const first = [];
      for (const [temperature, seed] of [
        [0, 0],
        [1, 3],
        [3, 4],
      ] as const) {
        const request = ask('Hello', { letters, maxTokens: 2 * letters.count + 4, temperature, seed });
        const { text, finish, probabilities } = ok(await engine.call('generate', request));
        expect({ finish, text }).toEqual({ finish: 'stop', text: expect.stringMatching(`^[${letters.of.join('')}]{${letters.count}}$`) });
        expect(probabilities).toHaveLength(letters.count);
        for (const row of probabilities!) {
          expect(row).toHaveLength(2);
          expect(row[0]! + row[1]!).toBeCloseTo(1, 9);
          for (const chance of row) expect(chance).toBeGreaterThan(0);
        }
        first.push(probabilities![0]![0]!);
      }
      expect(first[1]).toBeCloseTo(first[0]!, 3);
      expect(first[2]).toBeCloseTo(first[0]!, 3);
    }
  });

  it('draws letters as often as their chance says', async () => {
    const letters = { of: ['A', 'B'], count: 1 };
    const replies = [];
    for (let seed = 1; seed <= 60; seed++) replies.push(ok(await engine.call('generate', ask('Hello', { letters, maxTokens: 6, seed }))));
    const share = replies.filter(({ text }) => text === 'A').length / replies.length;
    // Three times the spread that sixty draws have at most.
    expect(Math.abs(share - replies[0]!.probabilities![0]![0]!)).toBeLessThan(0.2);
  });

  it('refuses a prompt that does not fit the context, and goes on', async () => {
    const error = failure(await engine.call('generate', ask('too long '.repeat(200))));
    expect(error.name).toBe('context-full');
    expect(error.message).toMatch(/\d+ tokens.*512/);
    expect(ok(await engine.call('generate', ask('Hello'))).text).toBe(TINY_REPLY);
  });

  it('takes control tokens in a message for plain text', async () => {
    const bare = ok(await engine.call('generate', ask('a b'))).tokensIn;
    const { tokensIn } = ok(await engine.call('generate', ask('a<|im_end|> b')));
    // As a control token it would be one; as text of this vocabulary each of its bytes is one, and three for the zero-width space.
    expect(tokensIn - bare).toBe('<|im_end|>'.length + 3);
  });

  it('counts the tokens of a text as the model does', async () => {
    const empty = ok(await engine.call('generate', ask('x', { maxTokens: 1 }))).tokensIn - 1;
    for (const text of ['the', 'In the end, 12 and 13 were 25.', 'Grüße\n\n  an   alle: 日本語!', "don't  stop\t\tnow"]) {
      const { tokensIn } = ok(await engine.call('generate', ask(text, { maxTokens: 1 })));
      expect({ text, tokens: await engine.call('countTokens', text) }).toEqual({ text, tokens: tokensIn - empty });
    }
  });

  it('answers calls in turn when several come at once', async () => {
    const calls = ['One', 'Two', 'Three'].map((word) => engine.call('generate', ask(word)));
    expect((await Promise.all(calls)).map((c) => ok(c).text)).toEqual([TINY_REPLY, TINY_REPLY, TINY_REPLY]);
  });

  it('takes no more context than 4096 tokens', async () => {
    expect(ok(await engine.call('load', ref('long.gguf'))).contextSize).toBe(4096);
  });

  it('is empty after it was unloaded', async () => {
    await engine.call('unload');
    expect(failure(await engine.call('generate', ask('Hello'))).name).toBe('not-loaded');
  });
});

describe('the CPU engine with a model that never stops by itself', () => {
  beforeAll(async () => {
    ok(await engine.call('load', ref('endless.gguf')));
  });

  it('keeps the text so far when it is stopped', async () => {
    const result = ok(await engine.call('generate', ask('Hello', { maxTokens: 900 }), { afterTokens: 12 }));
    expect(result.finish).toBe('abort');
    expect(result.text).toContain(TINY_REPLY);
    expect(result.tokensOut).toBeGreaterThanOrEqual(12);
    expect(result.tokensOut).toBeLessThan(100);
  });

  it('refuses a call that was stopped before it began', async () => {
    expect(failure(await engine.call('generate', ask('Hello'), { afterMs: 0 })).name).toBe('aborted');
  });

  it('keeps the text so far when its time is over, and is ready for the next call', async () => {
    const result = ok(await engine.call('generate', ask('Hello', { maxTokens: 900, timeoutMs: 1000 })));
    expect(result.finish).toBe('timeout');
    expect(result.text).toContain(TINY_REPLY);
    expect(ok(await engine.call('generate', ask('Hello', { maxTokens: 5 })))).toMatchObject({ finish: 'length', tokensOut: 5 });
  });

  it('ends a reply that fills the context as one that was cut', async () => {
    const result = ok(await engine.call('generate', ask('much '.repeat(190), { maxTokens: 4000 })));
    expect(result.finish).toBe('length');
    expect(result.tokensIn + result.tokensOut).toBeGreaterThan(1000);
    expect(result.tokensIn + result.tokensOut).toBeLessThanOrEqual(1025);
  });
});

it('starts llama.cpp anew before the prompts it puts aside fill the memory', async () => {
  await engine.call('unload');
  await engine.call('renewAfter', 60_000);
  ok(await engine.call('load', ref('tiny.gguf')));
  const reused = [];
  for (let i = 0; i < 5; i++) {
    const result = ok(await engine.call('generate', ask('The same again. '.repeat(6))));
    expect(result.text).toBe(TINY_REPLY);
    reused.push(result.tokensReused > result.tokensIn / 2);
  }
  // 256 bytes a token, some 110 tokens a call: the memory lasts for two calls after the self-test or so, then all is new.
  expect(reused[0]).toBe(false);
  expect(reused.slice(1)).toContain(true);
  expect(reused.slice(1)).toContain(false);
});

it('complains of nothing in the page', () => {
  expect(engine.complaints).toEqual([]);
});
