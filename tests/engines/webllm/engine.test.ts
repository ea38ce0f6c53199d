import { describe, expect, it, vi } from 'vitest';
import type { Capability, GenRequest, LoadProgress, ModelRef } from '../../../src/engines/engine.ts';
import { createWebLlmEngine, type WebLlmParts } from '../../../src/engines/webllm/engine.ts';
import { lettersGrammar } from '../../../src/engines/letters.ts';
import { readProgress } from '../../../src/engines/webllm/progress.ts';
import { isSane } from '../../../src/engines/webllm/selftest.ts';
import { mlcDouble, SELF_TEST, type Script, type ScriptedCall } from './mlc-double.ts';

const REF: ModelRef = { engine: 'webllm', id: 'Qwen3-4B-q4f16_1-MLC' };
const CARD: Capability = {
  engine: 'webllm',
  ok: true,
  why: '',
  facts: { adapter: 'test card', shaderF16: true, softwareAdapter: false, maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 },
};
const CONFIG = {
  tokenizer_files: ['tokenizer.json'],
  context_window_size: 40960,
  conv_template: { role_templates: { user: '{user_message}', assistant: '{assistant_message}' } },
};
const SHARDS = [{ name: 'params_shard_0.bin', url: 'https://x/params_shard_0.bin', bytes: 1000 }];
const never = new AbortController().signal;

function setUp(script: Partial<Script> & { calls?: ScriptedCall[] } = {}, parts: Partial<WebLlmParts> = {}) {
  const double = mlcDouble({ ...script, calls: [...SELF_TEST, ...(script.calls ?? [])] });
  const engine = createWebLlmEngine({
    openPackage: async () => double.mlc,
    featureTest: async () => CARD,
    download: async () => ({ config: CONFIG, shards: SHARDS }),
    watchDevices: double.watchDevices,
    ...parts,
  });
  return { engine, ...double };
}
async function loaded(script: Partial<Script> = {}, parts: Partial<WebLlmParts> = {}) {
  const all = setUp(script, parts);
  await all.engine.load(REF, () => {}, never);
  all.requests.length = 0;
  return all;
}
const ask = (more: Partial<GenRequest> = {}): GenRequest => ({
  messages: [{ role: 'user', content: 'How many?' }],
  maxTokens: 32,
  temperature: 0,
  seed: 7,
  ...more,
});
const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it resolved'),
    (error: Error) => error,
  );

describe('loading', () => {
  it('goes through its phases in order and measures the model', async () => {
    const { engine } = setUp();
    const phases: LoadProgress[] = [];
    const model = await engine.load(REF, (p) => phases.push(p), never);
    expect([...new Set(phases.map((p) => p.phase))]).toEqual(['check', 'upload', 'shaders', 'selftest', 'ready']);
    expect(phases.find((p) => p.phase === 'upload' && p.bytesDone > 0)).toMatchObject({ bytesDone: 1000, bytesTotal: 1000 });
    expect(model).toEqual({
      ref: REF,
      title: 'Qwen3 4B',
      contextSize: 4096,
      prefillPerSecond: 200,
      decodePerSecond: 20,
      runsOn: 'test card',
    });
  });

  it('stops at the gates before anything is fetched', async () => {
    const download = vi.fn();
    const openPackage = vi.fn();
    const { engine } = setUp(
      {},
      { featureTest: async () => ({ ...CARD, facts: { ...CARD.facts, shaderF16: false } }), download, openPackage },
    );
    expect(await failing(engine.load(REF, () => {}, never))).toMatchObject({ name: 'no-f16' });
    expect(download).not.toHaveBeenCalled();
    expect(openPackage).not.toHaveBeenCalled();
  });

  it('loads on a software adapter only on the person’s word', async () => {
    const software = { ...CARD, ok: false, mayTryAnyway: true, facts: { ...CARD.facts, softwareAdapter: true } };
    const { engine } = setUp({}, { featureTest: async () => software });
    expect(await failing(engine.load(REF, () => {}, never))).toMatchObject({ name: 'software-adapter' });
    await expect(engine.load(REF, () => {}, never, { tryAnyway: true })).resolves.toMatchObject({ runsOn: 'test card' });
  });

  it('takes a context of 8192 tokens on a device that has plenty, and never more than the model has', async () => {
    const roomy = { ...CARD, facts: { ...CARD.facts, memoryGiB: 16 } };
    const large = setUp({}, { featureTest: async () => roomy });
    expect(await large.engine.load(REF, () => {}, never)).toMatchObject({ contextSize: 8192 });
    expect(large.records[0]!.overrides).toEqual({ context_window_size: 8192 });
    const short = setUp({}, { download: async () => ({ config: { ...CONFIG, context_window_size: 2048 }, shards: SHARDS }) });
    expect(await short.engine.load(REF, () => {}, never)).toMatchObject({ contextSize: 2048 });
  });

  it('can be tried again in the same worker after the download failed', async () => {
    let times = 0;
    const { engine } = setUp(
      {},
      { download: async () => (times++ === 0 ? Promise.reject(new Error('x')) : { config: CONFIG, shards: SHARDS }) },
    );
    await failing(engine.load(REF, () => {}, never));
    await expect(engine.load(REF, () => {}, never)).resolves.toBeDefined();
  });

  it('never asks the package to load again where a load failed', async () => {
    const { engine, log } = setUp({ reload: () => Promise.reject(new Error('internal')) });
    expect(await failing(engine.load(REF, () => {}, never))).toMatchObject({ name: 'load-failed', fatal: true });
    expect(await failing(engine.load(REF, () => {}, never))).toMatchObject({ name: 'load-failed' });
    expect(log.filter((line) => line.startsWith('reload'))).toHaveLength(1);
  });

  it('ends with aborted when it is stopped, even where the package then claims success', async () => {
    const stop = new AbortController();
    const { engine } = setUp({ reload: async () => stop.abort() });
    expect(await failing(engine.load(REF, () => {}, stop.signal))).toMatchObject({ name: 'aborted' });
    expect(await failing(engine.generate(ask(), never))).toMatchObject({ fatal: true });
  });

  it('ends when there is no sign of life, but not while progress comes', async () => {
    const dead = setUp({ reload: () => new Promise(() => {}) }, { stallMs: 30 });
    expect(await failing(dead.engine.load(REF, () => {}, never))).toMatchObject({ name: 'load-timeout', fatal: true });
    const slow = setUp(
      {
        reload: async (say) => {
          for (let i = 0; i < 6; i++) {
            await new Promise((done) => setTimeout(done, 20));
            say({ progress: i / 6, text: 'Loading model from cache[1/1]: ' });
          }
        },
      },
      { stallMs: 80 },
    );
    await expect(slow.engine.load(REF, () => {}, never)).resolves.toBeDefined();
  });

  it('takes a card that is lost on the way for a full memory', async () => {
    const all = setUp({ reload: () => new Promise(() => {}) });
    const load = failing(all.engine.load(REF, () => {}, never));
    await vi.waitFor(() => expect(all.log).toContain('reload Qwen3-4B-q4f16_1-MLC'));
    all.trouble({ kind: 'lost', detail: 'x' });
    expect(await load).toMatchObject({ name: 'out-of-memory', fatal: true });
  });

  it.each([['!!!!!!!!!!!!'], ['的 sky tract ление'], ['']])('refuses a model that answers %j', async (reply) => {
    const double = mlcDouble({ calls: [{ tokens: ['a'] }, { tokens: [reply] }] });
    const { engine } = setUp({}, { openPackage: async () => double.mlc });
    expect(await failing(engine.load(REF, () => {}, never))).toMatchObject({ name: 'self-test-failed', fatal: true });
    expect(isSane('The sky over the harbor is blue today')).toBe(true);
  });

  it('reads the package’s words as phases', () => {
    expect(readProgress({ progress: 0.5, text: 'Loading model from cache[3/6]: 12MB loaded.' }, 100)).toMatchObject({
      phase: 'upload',
      bytesDone: 50,
      bytesTotal: 100,
    });
    expect(readProgress({ progress: NaN, text: 'Start to fetch params' }, 100)).toMatchObject({ phase: 'upload', bytesDone: 0 });
    expect(readProgress({ progress: 0.2, text: 'Loading GPU shader modules[1/5]: ' }, 100)).toMatchObject({ phase: 'shaders' });
  });
});

describe('a call', () => {
  it('gives the whole text without the think block, the counts and the speeds', async () => {
    const { engine } = await loaded({ calls: [{ tokens: ['<think>\n\n</think>\n\n', 'Answer', ': 4'] }] });
    const seen: number[] = [];
    const result = await engine.generate(ask({ onToken: (n) => seen.push(n) }), never);
    expect(result).toMatchObject({
      text: 'Answer: 4',
      finish: 'stop',
      tokensIn: 40,
      tokensOut: 4,
      tokensReused: 0,
      prefillPerSecond: 200,
      decodePerSecond: 20,
    });
    expect(result.ms).toBeGreaterThan(0);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('asks for a stream with usage, a limit that leaves room for the think block, and no thinking', async () => {
    const { engine, requests, log } = await loaded({ calls: [{ tokens: ['x'] }] });
    log.length = 0;
    await engine.generate(ask({ temperature: 0.7 }), never);
    expect(requests[0]).toEqual({
      messages: [{ role: 'user', content: 'How many?' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 32 + 4,
      temperature: 0.7,
      seed: 7,
      extra_body: { enable_thinking: false },
    });
    expect(log).toEqual(['resetChat']);
  });

  it('gives no think block to a model that does not know it', async () => {
    const { engine, requests } = await loaded({ thinks: false, calls: [{ tokens: ['x'] }] });
    await engine.generate(ask(), never);
    expect(requests[0]).toMatchObject({ max_tokens: 32 });
    expect(requests[0]).not.toHaveProperty('extra_body');
  });

  it('hands the schema over as a string', async () => {
    const { engine, requests } = await loaded({ calls: [{ tokens: ['{}'] }] });
    const schema = { type: 'object' as const, properties: { a: { type: 'string' as const } } };
    await engine.generate(ask({ schema }), never);
    expect(requests[0]!.response_format).toEqual({ type: 'json_object', schema: JSON.stringify(schema) });
  });

  describe('that answers in letters', () => {
    const letters = { of: ['y', 'n'], count: 2 };
    /** As the package tells of a token: only those that the grammar allows have a chance, the rest fills the five places. */
    const told = (token: string, others: Record<string, number>) => ({
      token,
      logprob: Math.log(others[token]!),
      top_logprobs: [...Object.entries(others), ['!', 0], ['"', 0]].map(([t, p]) => ({
        token: t as string,
        logprob: Math.log(p as number),
      })),
    });
    const call: ScriptedCall = {
      // The think block comes with the first token, and the end of turn as an empty one.
      tokens: ['<think>\n\n</think>\n\ny', '\n', 'n', ''],
      logprobs: [
        told('y', { y: 0.75, n: 0.25 }),
        told('\n', { '\n': 1 }),
        told('n', { y: 0.6, n: 0.4 }),
        told('<|im_end|>', { '<|im_end|>': 1 }),
      ],
    };

    it('asks for a grammar and for chances that nothing bends, whatever the request and the model’s makers say', async () => {
      const { engine, requests } = await loaded({ calls: [call] });
      await engine.generate(ask({ letters, temperature: 0 }), never);
      expect(requests[0]).toEqual({
        messages: [{ role: 'user', content: 'How many?' }],
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 32 + 4,
        seed: 7,
        extra_body: { enable_thinking: false },
        response_format: { type: 'grammar', grammar: lettersGrammar(letters) },
        logprobs: true,
        top_logprobs: 5,
        temperature: 1,
        repetition_penalty: 1,
        presence_penalty: 0,
        frequency_penalty: 0,
      });
    });

    it('gives the letters alone, and the chance of each', async () => {
      const { engine } = await loaded({ calls: [call] });
      const { text, probabilities } = await engine.generate(ask({ letters }), never);
      expect(text).toBe('yn');
      expect(probabilities!.map((row) => row.map((p) => Number(p.toFixed(6))))).toEqual([
        [0.75, 0.25],
        [0.6, 0.4],
      ]);
    });

    it('gives what there is, without chances, when the reply is cut or the package tells none', async () => {
      const { engine } = await loaded({
        calls: [
          { ...call, tokens: ['y', '\n'], finish: 'length' },
          { ...call, logprobs: [] },
        ],
      });
      const cut = await engine.generate(ask({ letters }), never);
      expect(cut).toMatchObject({ text: 'y\n', finish: 'length' });
      expect(cut).not.toHaveProperty('probabilities');
      const silent = await engine.generate(ask({ letters }), never);
      expect(silent.text).toBe('yn');
      expect(silent).not.toHaveProperty('probabilities');
    });
  });

  it('escapes dollars and defuses control tokens on the way, and only there', async () => {
    const { engine, requests } = await loaded({ calls: [{ tokens: ['x'] }] });
    const request = ask({ messages: [{ role: 'user', content: '$& <|im_end|>' }] });
    await engine.generate(request, never);
    expect(requests[0]!.messages[0]!.content).toBe('$$& <\u200b|im_end|>');
    expect(request.messages[0]!.content).toBe('$& <|im_end|>');
  });

  it('gives back as typed what a reply quotes of a defused text', async () => {
    const { engine, requests } = await loaded({ calls: [{ tokens: ['You wrote ', '<\u200b|im_end|>', '.'] }] });
    expect(await engine.generate(ask({ messages: [{ role: 'user', content: '<|im_end|>' }] }), never)).toMatchObject({
      text: 'You wrote <|im_end|>.',
    });
    expect(requests[0]!.messages[0]!.content).toBe('<\u200b|im_end|>');
  });

  it('says when the reply was cut', async () => {
    const { engine } = await loaded({ calls: [{ tokens: ['a', 'b'], finish: 'length' }] });
    expect(await engine.generate(ask(), never)).toMatchObject({ text: 'ab', finish: 'length' });
  });

  it('gives no text, and goes on, when the model never stops thinking', async () => {
    const { engine } = await loaded({ calls: [{ tokens: ['<think>', 'hm'], finish: 'length' }, { tokens: ['<think>', 'x'] }] });
    expect(await engine.generate(ask(), never)).toMatchObject({ text: '', finish: 'length' });
    expect(await engine.generate(ask(), never)).toMatchObject({ text: '', finish: 'stop' });
  });

  it('ends with the text so far when it is stopped, and the next call waits for the model to be free', async () => {
    const { engine, release } = await loaded({ calls: [{ tokens: ['one ', 'two ', 'three'], stallAfter: 2 }, { tokens: ['next'] }] });
    const stop = new AbortController();
    const first = engine.generate(ask({ onToken: (n) => n === 2 && stop.abort() }), stop.signal);
    expect(await first).toMatchObject({ text: 'one two ', finish: 'abort', tokensOut: 2 });
    let answered = false;
    const second = engine.generate(ask(), never).then((r) => ((answered = true), r));
    await new Promise((done) => setTimeout(done, 20));
    expect(answered).toBe(false);
    release();
    expect(await second).toMatchObject({ text: 'next', finish: 'stop' });
  });

  it('can be stopped in prefill, where the package forgets or ignores interrupts', async () => {
    const { engine, release } = await loaded({ calls: [{ tokens: ['late', 'r'], stallAfter: 0 }, { tokens: ['next'] }] });
    const stop = new AbortController();
    const first = engine.generate(ask(), stop.signal);
    setTimeout(() => stop.abort(), 5);
    expect(await first).toMatchObject({ text: '', finish: 'abort' });
    release();
    expect(await engine.generate(ask(), never)).toMatchObject({ text: 'next' });
  });

  it('rejects when it was stopped before it began', async () => {
    const { engine, requests } = await loaded();
    expect(await failing(engine.generate(ask(), AbortSignal.abort()))).toMatchObject({ name: 'aborted' });
    expect(requests).toHaveLength(0);
  });

  it('keeps the text so far when its time is up', async () => {
    const { engine } = await loaded({ calls: [{ tokens: ['a', 'b'], stallAfter: 1 }] });
    expect(await engine.generate(ask({ timeoutMs: 30 }), never)).toMatchObject({ text: 'a', finish: 'timeout' });
  });

  it('takes a card that does not answer for lost, in the call and in the one after it', async () => {
    const hung = await loaded({ calls: [{ tokens: ['a'], stallAfter: 0 }] }, { stallMs: 40 });
    expect(await failing(hung.engine.generate(ask(), never))).toMatchObject({ name: 'device-lost', fatal: true });
    const later = await loaded({ calls: [{ tokens: ['a'], stallAfter: 0 }] }, { stallMs: 40 });
    await later.engine.generate(ask({ timeoutMs: 5 }), never);
    expect(await failing(later.engine.generate(ask(), never))).toMatchObject({ name: 'device-lost' });
  });

  it.each([
    ['lost', 'device-lost'],
    ['error', 'device-lost'],
    ['memory', 'out-of-memory'],
  ] as const)('ends at once on trouble with the card (%s), and so does every later one', async (kind, name) => {
    const all = await loaded({ calls: [{ tokens: ['a'], stallAfter: 0 }] });
    const call = failing(all.engine.generate(ask(), never));
    await vi.waitFor(() => expect(all.requests).toHaveLength(1));
    all.trouble({ kind, detail: 'x' });
    expect(await call).toMatchObject({ name, fatal: true });
    expect(await failing(all.engine.generate(ask(), never))).toMatchObject({ name });
  });

  it.each([
    ['ContextWindowSizeExceededError', 'context-full'],
    ['GrammarMatcherInitError', 'generation-failed'],
    ['MessageOrderError', 'generation-failed'],
    ['DeviceLostError', 'out-of-memory'],
  ])('turns the package’s %s into %s, and the engine lives on unless that is fatal', async (theirs, ours) => {
    const { engine, error } = await loaded({ calls: [{ throws: Object.assign(new Error('x'), { name: theirs }) }, { tokens: ['fine'] }] });
    const thrown = (await failing(engine.generate(ask(), never))) as Error & { fatal: boolean };
    expect(thrown.name).toBe(ours);
    if (thrown.fatal) expect(await failing(engine.generate(ask(), never))).toMatchObject({ name: ours });
    else expect(await engine.generate(ask(), never)).toMatchObject({ text: 'fine' });
    expect(error('x').name).toBe('x');
  });
});

describe('the engine', () => {
  it('says when no model is loaded', async () => {
    expect(await failing(setUp().engine.generate(ask(), never))).toMatchObject({ name: 'not-loaded' });
  });

  it('counts with the model’s own tokenizer, and estimates without one', async () => {
    const { engine } = await loaded();
    expect(engine.countTokens('one two three')).toBe(3);
    const hidden = await loaded({ tokenizer: false });
    expect(hidden.engine.countTokens('one two three')).toBeGreaterThan(0);
    expect(setUp().engine.countTokens('')).toBe(0);
  });

  it('unloads, without taking the lost device for trouble, and loads again', async () => {
    const { engine, log, trouble } = await loaded({ calls: SELF_TEST });
    await engine.unload();
    expect(log.slice(-2)).toEqual(['expectLoss', 'unload']);
    expect(await failing(engine.generate(ask(), never))).toMatchObject({ name: 'not-loaded' });
    await expect(engine.load(REF, () => {}, never)).resolves.toBeDefined();
    expect(trouble).toBeDefined();
  });

  it('unloads only after the call that was stopped has ended', async () => {
    const { engine, log, release } = await loaded({ calls: [{ tokens: ['a'], stallAfter: 0 }] });
    await engine.generate(ask({ timeoutMs: 5 }), never);
    const done = engine.unload();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(log).not.toContain('unload');
    release();
    await done;
    expect(log).toContain('unload');
  });
});
