import { lettersGrammar } from '../../../src/engines/letters.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenRequest, LlmEngine } from '../../../src/engines/engine.ts';
import { createOpenAiEngine, type OpenAiOptions } from '../../../src/engines/openai/engine.ts';
import { json, openServer, piece, rejects, says, sse, type ServerDouble } from './serverDouble.ts';

let server: ServerDouble;
beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

const never = new AbortController().signal;
const request: GenRequest = { messages: [{ role: 'user', content: 'Hi' }], maxTokens: 9, temperature: 0.5, seed: 3 };
const schema = { type: 'object', properties: { a: { type: 'string' } } } as const satisfies GenRequest['schema'];

async function loaded(options: OpenAiOptions = {}): Promise<LlmEngine> {
  const engine = createOpenAiEngine({ firstWait: 1, ...options });
  await engine.load({ engine: 'openai', id: 'tiny', url: server.url }, () => {}, never);
  server.heard.length = 0;
  return engine;
}

describe('loading', () => {
  it('asks the server for its models and tries the first one out', async () => {
    const phases: string[] = [];
    const engine = createOpenAiEngine();
    const model = await engine.load({ engine: 'openai', id: 'tiny', url: server.url }, ({ phase }) => phases.push(phase), never);
    expect(phases).toEqual(['connect', 'selftest', 'ready']);
    expect(model).toMatchObject({ title: 'tiny', contextSize: 2048, runsOn: server.url.slice('http://'.length) });
    expect(server.asked).toMatchObject([{ model: 'tiny.gguf' }]);
  });

  it('takes the context that the list tells, and the usual one where nothing is told', async () => {
    const load = (model?: string) =>
      createOpenAiEngine().load({ engine: 'openai', id: 'x', url: server.url, ...(model ? { model } : {}) }, () => {}, never);
    server.models = { data: [{ id: 'a', max_model_len: 32768 }, { id: 'b' }] };
    expect((await load()).contextSize).toBe(32768);
    expect((await load('b')).contextSize).toBe(4096);
  });

  it('tells how many calls the server takes at once, as it says or as the person does', async () => {
    const load = async (ref = {}) =>
      (await createOpenAiEngine().load({ engine: 'openai', id: 'x', url: server.url, ...ref }, () => {}, never)).parallel ?? 1;
    expect(await load()).toBe(1);
    server.props = { default_generation_settings: { n_ctx: 2048 }, total_slots: 4 };
    expect(await load()).toBe(4);
    expect(await load({ parallel: 2 })).toBe(2);
    expect(await load({ parallel: 1000 })).toBe(32);
    expect(await load({ parallel: -3 })).toBe(4);
    server.models = { data: [{ id: 'a', owned_by: 'vllm' }] };
    expect(await load()).toBe(8);
    server.models = { data: [{ id: 'a', owned_by: 'library' }] };
    expect(await load()).toBe(1);
  });

  it('takes the context that the person says', async () => {
    const ref = { engine: 'openai', id: 'x', url: server.url, contextSize: 8192 } as const;
    expect((await createOpenAiEngine().load(ref, () => {}, never)).contextSize).toBe(8192);
  });

  it('measures a server that sends all at once by the whole time', async () => {
    const choices = [{ message: { content: 'Monday.' }, finish_reason: 'stop' }];
    server.models = { data: [{ id: 'a' }] };
    server.replies = [
      async (response, body) => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await json(200, { choices, usage: { prompt_tokens: 40, completion_tokens: 20 } })(response, body);
      },
    ];
    const model = await createOpenAiEngine().load({ engine: 'openai', id: 'x', url: server.url }, () => {}, never);
    expect(model.decodePerSecond).toBeGreaterThan(0);
    expect(model.decodePerSecond).toBeLessThan(1000);
  });

  it('asks Ollama and vLLM not to think first, each in its words', async () => {
    for (const [owned_by, field] of [
      ['library', { reasoning_effort: 'none' }],
      ['vllm', { chat_template_kwargs: { enable_thinking: false } }],
    ] as const) {
      server.models = { data: [{ id: 'a', owned_by }] };
      server.heard.length = 0;
      await createOpenAiEngine().load({ engine: 'openai', id: 'x', url: server.url }, () => {}, never);
      expect(server.asked[0]).toMatchObject(field);
    }
  });

  it('sends the key, and only as a header', async () => {
    await createOpenAiEngine({ key: 'sesame' }).load({ engine: 'openai', id: 'tiny', url: server.url }, () => {}, never);
    expect(server.heard.every(({ key }) => key === 'Bearer sesame')).toBe(true);
    expect(JSON.stringify(server.asked)).not.toContain('sesame');
  });

  it('refuses a model that answers with nothing', async () => {
    server.replies = [says([' \n'])];
    await expect(loaded()).rejects.toMatchObject({ name: 'self-test-failed', message: expect.stringContaining('no readable answer') });
  });

  it('needs to come before a call', async () => {
    await expect(createOpenAiEngine().generate(request, never)).rejects.toMatchObject({ name: 'not-loaded' });
  });
});

describe('the list of a server', () => {
  const list = (key?: string) => createOpenAiEngine({ firstWait: 1 }).list(server.url, key, never);

  it('names its models, its software, and what it takes', async () => {
    server.props = { default_generation_settings: { n_ctx: 2048 }, total_slots: 4 };
    expect(await list('sesame')).toEqual({
      url: `${server.url}/v1`,
      software: 'llama.cpp',
      models: [
        { name: 'tiny.gguf', contextSize: 2048 },
        { name: 'other', contextSize: 2048 },
      ],
      parallel: 4,
    });
    expect(server.heard.every(({ key }) => key === 'Bearer sesame')).toBe(true);
    expect(server.asked).toEqual([]);
  });

  it('is read whatever is in it: lines that name no model are left out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.jsonValue(), fc.record({ id: fc.jsonValue(), owned_by: fc.jsonValue(), max_model_len: fc.jsonValue() }))),
        async (data) => {
          server.models = { data };
          const { models } = await list();
          expect(models.every(({ name, contextSize }) => name !== '' && (contextSize === null || contextSize >= 1))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a call', () => {
  it('sends what was asked and counts tokens as the server does', async () => {
    const engine = await loaded();
    const seen: number[] = [];
    const result = await engine.generate({ ...request, onToken: (n) => seen.push(n) }, never);
    expect(result).toMatchObject({ text: 'Monday.', finish: 'stop', tokensIn: 21, tokensOut: 3, tokensReused: 5 });
    expect(result).not.toHaveProperty('probabilities');
    expect(seen).toEqual([1, 2, 3]);
    expect(server.asked).toEqual([
      {
        model: 'tiny.gguf',
        messages: request.messages,
        max_tokens: 9,
        temperature: 0.5,
        seed: 3,
        stream: true,
        stream_options: { include_usage: true },
        cache_prompt: true,
        chat_template_kwargs: { enable_thinking: false },
      },
    ]);
  });

  it('sends nothing of llama.cpp to other servers', async () => {
    server.models = { data: [{ id: 'a', owned_by: 'library' }] };
    const engine = await loaded();
    await engine.generate({ ...request, letters: { of: ['y', 'n'], count: 2 } }, never);
    expect(Object.keys(server.asked[0]!)).not.toEqual(expect.arrayContaining(['cache_prompt']));
    expect(server.asked[0]).toMatchObject({ logprobs: true, top_logprobs: 10 });
    expect(server.asked[0]).not.toHaveProperty('grammar');
  });

  it('takes the speeds that llama.cpp tells', async () => {
    const engine = await loaded();
    server.replies = [says(['a'], { last: { timings: { prompt_n: 20, prompt_ms: 100, predicted_n: 10, predicted_ms: 500 } } })];
    expect(await engine.generate(request, never)).toMatchObject({ prefillPerSecond: 200, decodePerSecond: 20 });
  });

  it('is told cut when the server cut it', async () => {
    const engine = await loaded();
    server.replies = [says(['a'], { finish: 'length' })];
    expect((await engine.generate(request, never)).finish).toBe('length');
  });

  it('reads a server that does not stream', async () => {
    const engine = await loaded();
    const choices = [{ message: { content: '<think>\n\n</think>\n\nWhole.' }, finish_reason: 'stop' }];
    server.replies = [json(200, { choices, usage: { prompt_tokens: 4, completion_tokens: 2 } })];
    expect(await engine.generate(request, never)).toMatchObject({ text: 'Whole.', finish: 'stop', tokensIn: 4, tokensOut: 2 });
  });

  it('puts characters together that the network took apart', async () => {
    const engine = await loaded();
    const bytes = Buffer.from(sse(piece('schön 🎉')) + sse({ choices: [{ delta: {}, finish_reason: 'stop' }] }));
    server.replies = [
      async (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          if (byte > 127) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        response.end();
      },
    ];
    expect((await engine.generate(request, never)).text).toBe('schön 🎉');
  });

  /** One piece, and then nothing more. */
  const hangs = () => {
    server.replies = [
      (response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(sse(piece('half'))), // prettier-ignore
    ];
  };

  it('past its time limit keeps the text so far', async () => {
    const engine = await loaded();
    hangs();
    expect(await engine.generate({ ...request, timeoutMs: 200 }, never)).toMatchObject({ text: 'half', finish: 'timeout', tokensOut: 1 });
  });

  it('that is aborted keeps the text so far; before its start it is not made', async () => {
    const engine = await loaded();
    hangs();
    const stop = new AbortController();
    const calling = engine.generate({ ...request, onToken: () => stop.abort() }, stop.signal);
    expect(await calling).toMatchObject({ text: 'half', finish: 'abort' });
    await expect(engine.generate(request, stop.signal)).rejects.toMatchObject({ name: 'aborted' });
    expect(server.asked).toHaveLength(1);
  });

  it('that breaks off in the middle is an error, not a reply', async () => {
    const engine = await loaded();
    server.replies = [
      (response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(sse(piece('half')));
        setTimeout(() => response.destroy(), 50);
      },
      (response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(sse(piece('half'))),
      (response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('error: {"code":500}\n\n'),
    ];
    for (let i = 0; i < 3; i++) await expect(engine.generate(request, never)).rejects.toMatchObject({ name: 'generation-failed' });
  });
});

describe('a server that does not know a field', () => {
  it('is asked without a schema, then and from then on', async () => {
    const engine = await loaded();
    server.replies = [rejects(400, "'response_format.type' must be 'text'"), says(['{}'])];
    expect((await engine.generate({ ...request, schema }, never)).text).toBe('{}');
    await engine.generate({ ...request, schema }, never);
    const [first, second, third] = server.asked;
    expect(first).toMatchObject({ response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } } });
    for (const later of [second, third]) {
      expect(later).not.toHaveProperty('response_format');
      expect(later).toHaveProperty('cache_prompt');
    }
    expect(server.asked).toHaveLength(3);
  });

  it('and breaks over it with 500 is asked without it too, and not again and again', async () => {
    const engine = await loaded();
    const letters = { of: ['y', 'n'], count: 1 };
    server.replies = [rejects(500, 'logprobs is not supported for models created with logits_all=False'), says(['y'])];
    expect((await engine.generate({ ...request, letters }, never)).text).toBe('y');
    expect(server.asked).toHaveLength(2);
    expect(server.asked[1]).not.toHaveProperty('logprobs');
    expect(server.asked[1]).not.toHaveProperty('top_logprobs');
  });

  it('is asked without more and more when it does not say which', async () => {
    const engine = await loaded();
    server.replies = [rejects(422, 'extra inputs'), rejects(422, 'extra inputs'), says(['a'])];
    await engine.generate(request, never);
    expect(server.asked.at(-1)).not.toHaveProperty('stream_options');
    expect(server.asked.at(-1)).not.toHaveProperty('chat_template_kwargs');
    expect(server.asked.at(-1)).toHaveProperty('seed');
  });

  it('that takes the request in no form is told so, and nothing is remembered', async () => {
    const engine = await loaded();
    server.replies = [rejects(400, 'messages must alternate')];
    await expect(engine.generate(request, never)).rejects.toMatchObject({
      name: 'generation-failed',
      message: expect.stringContaining('does not take this request (“messages must alternate”)'),
    });
    server.replies = [says(['a'])];
    await engine.generate(request, never);
    expect(server.asked.at(-1)).toHaveProperty('seed');
  });
});

describe('letters', () => {
  const letters = { of: ['y', 'n'], count: 2 };
  const told = [
    { token: 'y', logprob: Math.log(0.6), top_logprobs: [{ token: 'n', logprob: Math.log(0.2) }] },
    { token: ' n', logprob: Math.log(0.3), top_logprobs: [{ token: '.', logprob: Math.log(0.5) }, { token: ' y', logprob: Math.log(0.1) }] }, // prettier-ignore
  ];

  it('are asked of llama.cpp by a grammar, and come back with their chances', async () => {
    const engine = await loaded();
    server.replies = [says(['y', ' n'], { logprobs: told })];
    const result = await engine.generate({ ...request, maxTokens: 2, letters }, never);
    expect(server.asked[0]).toMatchObject({ grammar: lettersGrammar({ of: ['y', 'n'], count: 2 }), logprobs: true, max_tokens: 4 });
    expect(result.text).toBe('yn');
    expect(result.probabilities!.flat().map((p) => Number(p.toFixed(6)))).toEqual([0.75, 0.25, 0.25, 0.75]);
  });

  it('have no chances where the server tells none', async () => {
    const engine = await loaded();
    server.replies = [says(['y', ' n'])];
    expect(await engine.generate({ ...request, letters }, never)).not.toHaveProperty('probabilities');
  });

  it('are not looked for in what a server without a grammar wrote instead: it stays as it came', async () => {
    const engine = await loaded();
    const prose = [{ token: 'Yes', logprob: -0.1 }, { token: '\n', logprob: 0 }, { token: 'y', logprob: -2 }, { token: 'n', logprob: -2 }]; // prettier-ignore
    server.replies = [says(['Yes', '\nNo'], { logprobs: prose })];
    const result = await engine.generate({ ...request, letters }, never);
    expect(result.text).toBe('Yes\nNo');
    expect(result).not.toHaveProperty('probabilities');
  });
});
