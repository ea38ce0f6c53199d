/**
 * What the engine relies on in the installed `@mlc-ai/web-llm`, fact by fact. Most of it is not in the package's documentation, so a
 * new version is taken only when each of these has been looked at again.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import * as mlc from '@mlc-ai/web-llm';
import { cleanModelUrl } from '../../../src/engines/webllm/addresses.ts';
import { SCOPES } from '../../../src/engines/webllm/cache.ts';
import { NEEDED } from '../../../src/engines/webllm/gates.ts';
import { KNOWN_MODELS, recordOf } from '../../../src/engines/webllm/records.ts';

let bundle = '';
/** The text from a marker on. */
const from = (marker: string, length = 4000): string => {
  const at = bundle.indexOf(marker);
  expect(at, `the bundle has no "${marker}"`).toBeGreaterThanOrEqual(0);
  return bundle.slice(at, at + length);
};

beforeAll(async () => {
  bundle = await readFile(createRequire(import.meta.url).resolve('@mlc-ai/web-llm'), 'utf8');
});

describe('the installed WebLLM', () => {
  it('is the version whose libraries our records name', async () => {
    const { version } = JSON.parse(await readFile('node_modules/@mlc-ai/web-llm/package.json', 'utf8')) as { version: string };
    expect(version).toBe('0.2.86');
    expect(mlc.modelVersion).toBe('v0_2_86/base');
  });

  it.each(KNOWN_MODELS)('has the same addresses, memory and context for $id as our table', (known) => {
    const theirs = mlc.prebuiltAppConfig.model_list.find((m) => m.model_id === known.id)!;
    const { record, weightsUrl } = recordOf({ engine: 'webllm', id: known.id });
    expect(theirs).toMatchObject({ model: weightsUrl, model_lib: record.model_lib, overrides: record.overrides! });
    expect(known.gpuBytes).toBe(Math.round(theirs.vram_required_MB! * 2 ** 20));
  });

  it('declares no features and no hashes for these models, so the gates are ours', () => {
    for (const known of KNOWN_MODELS) {
      const theirs = mlc.prebuiltAppConfig.model_list.find((m) => m.model_id === known.id)!;
      expect(theirs.required_features).toBeUndefined();
      expect(theirs.integrity).toBeUndefined();
      expect(theirs.model_manifest).toBeUndefined();
    }
  });

  it('keeps files in the three cache scopes that our downloader fills, through the Cache API', () => {
    for (const scope of Object.values(SCOPES)) expect(bundle).toContain(`"${scope}"`);
    expect(mlc.prebuiltAppConfig.cacheBackend).toBe('cache');
    expect(from('class ArtifactCache {', 2500)).toContain('this.cache.match(new Request(url))');
  });

  it('looks for the manifest, the description and the tokenizer under the names we store', () => {
    expect(from('function hasTensorInCache(')).toContain('new URL("tensor-cache.json", tensorCacheUrl).href');
    expect(from('fetchTensorCacheInternal(tensorCacheUrl, list, device', 900)).toContain('totalBytes += list[i].nbytes');
    expect(from('function hasTensorInCache(')).toContain('new URL(key.dataPath, tensorCacheUrl).href');
    expect(from('function resolveModelPackageResourceURLs', 800)).toContain('"mlc-chat-config.json"');
    expect(from('function asyncLoadTokenizer', 900)).toContain('new URL("tokenizer.json", baseUrl).href');
  });

  it('cleans the address of the weights as we do', () => {
    const source = /function cleanModelUrl\([\s\S]*?\n\}/.exec(bundle)![0];
    const theirs = new Function(`${source}; return cleanModelUrl`)() as (url: string) => string;
    for (const url of [
      'https://huggingface.co/mlc-ai/Qwen3-4B-q4f16_1-MLC',
      'https://a.example/m/resolve/dev',
      'http://127.0.0.1:1/models/x/',
      'https://a.example/b c',
    ]) {
      expect(cleanModelUrl(url)).toBe(theirs(url));
    }
  });

  it('never caches a library whose address contains localhost', () => {
    expect(bundle).toContain('wasmUrl.includes("localhost")');
  });

  it('leaves the manifest behind when it deletes a model', () => {
    const source = from('function deleteTensorCache(', 1200);
    expect(source).toContain('new URL(arrayentry[i].dataPath, cacheUrl).href');
    expect(source.match(/deleteInCache/g)).toHaveLength(1);
  });

  it('puts contents into its templates with String.replace, where $ has a meaning', () => {
    expect(bundle).toContain('system_template.replace(MessagePlaceholders.system, systemMessage)');
    expect(bundle).toMatch(/role_templates\[role\]\) === null.*\.replace\(MessagePlaceholders\[Role\[role\]\], textContentPart\)/);
    expect(bundle).toContain('.replace(MessagePlaceholders.function, "")');
  });

  it('writes an empty think block when thinking is off, and counts it against max_tokens', () => {
    const prefill = from('enable_thinking) === false', 900);
    expect(prefill).toContain('const emptyThinkingBlockStr = "<think>\\n\\n</think>\\n\\n"');
    expect(prefill).toContain('this.outputIds.push(...encoded)');
    expect(bundle).toContain('if (this.outputIds.length >= max_tokens)');
    expect(bundle).toContain('_b = request.extra_body) === null || _b === void 0 ? void 0 : _b.enable_thinking');
  });

  it('takes a schema only as a string beside json_object', () => {
    expect(bundle).toContain('compileJSONSchema(responseFormat.schema)');
    expect(bundle).toContain('JSON schema is only supported with `json_object` response format.');
  });

  it('takes a grammar, and masks by it before the chances are computed: those of forbidden tokens are 0', () => {
    expect(bundle).toContain('compileGrammar(responseFormat.grammar)');
    const sampling = from('sampleFromRawLogits(logitsOnGPU, genConfig) {', 14000);
    const order = [
      'this.fapplyBitmask(',
      'this.fapplyPenalty(',
      'this.fsoftmaxWithTemperature(',
      'this.fsampleWithTopP(',
      'updateLogitsOnCPU(probs)',
    ];
    const places = order.map((step) => sampling.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const penalty of ['repetition_penalty', 'presence_penalty', 'frequency_penalty'])
      expect(bundle).toContain(`${penalty}: request.${penalty}`);
  });

  it('tells at most five chances a token, in natural logarithms, and with each chunk those of the token last drawn', () => {
    expect(bundle).toContain('config.top_logprobs >= 0 && config.top_logprobs <= 5');
    expect(bundle).toContain('if (logprobs && top_logprobs > 0)');
    const told = from('getTokenLogprob(sampledToken, top_logprobs) {', 1800);
    expect(told).toContain('logprob: Math.log(prob_i)');
    expect(told).toContain('top_logprobs: topLogprobArray');
    expect(from('makeStreamDeltaChunk(request, model', 900)).toContain('content: pipeline.getTokenLogprobArray().slice(-1)');
  });

  it('forgets an interrupt from before the start', () => {
    expect(from('asyncGenerate(request, model, pipeline', 1800)).toContain('this.interruptSignal = false;');
  });

  it('feeds no end-of-turn token before a reused cache goes on, which is why the chat is reset before each call', () => {
    const stop = from('if (stopTokens.includes(nextToken))', 400);
    expect(stop).toContain('if (!this.stopTriggered) {');
    expect(from('getPromptArrayLastRound(config) {', 500)).toContain('this.messages.length - 2');
    expect(from('resetChat(keepStats = false) {', 400)).toContain('this.conversation.reset()');
  });

  it('lowers the binding limit to 128 MiB below 1 GiB, and asks for the limits that the gates name', () => {
    const detect = from('function detectGPUDevice()', 9000);
    expect(detect).toContain('backupRequiredMaxStorageBufferBindingSize = 1 << 27');
    expect(detect).toContain('backupRequiredMaxBufferSize = 1 << 28');
    expect(detect).toContain('requiredMaxComputeWorkgroupStorageSize = 32 << 10');
    expect(detect).toContain('requiredMaxStorageBuffersPerShaderStage = 10');
    expect(detect).toContain('adapter.requestDevice({');
    expect(NEEDED).toEqual({ storageBuffersPerStage: 10, workgroupStorage: 32 << 10, bufferSize: 1 << 28, bindingSize: 1 << 27 });
  });

  it('destroys the device when a buffer can’t be made', () => {
    expect(from('function tryCreateBuffer(', 1200)).toContain('device.destroy();');
  });

  it('may resolve a load that was broken off', () => {
    expect(from('reload(modelId, chatOpts) {', 2200)).toMatch(/"Reload\(\) is aborted\."[\s\S]{0,40}\n\s+return;/);
  });

  it('tells its phases in the words that our progress reads', () => {
    for (const words of ['"Start to fetch params"', '"Loading model from cache["', '"Loading GPU shader modules["', '"Finish loading on "'])
      expect(bundle).toContain(words);
  });

  it('names its errors as our table does', () => {
    for (const name of [
      'ContextWindowSizeExceededError',
      'DeviceLostError',
      'ShaderF16SupportError',
      'FeatureSupportError',
      'WebGPUNotAvailableError',
      'WebGPUNotFoundError',
    ]) {
      expect(bundle).toContain(`this.name = "${name}"`);
    }
    for (const name of [
      'ModelNotLoadedError',
      'SpecifiedModelNotFoundError',
      'ModelNotFoundError',
      'MissingModelError',
      'UnsupportedTokenizerFilesError',
      'ArtifactManifestError',
      'IntegrityError',
      'GrammarMatcherInitError',
    ]) {
      expect(bundle).toContain(`this.name = "${name}"`);
    }
    expect(Object.keys(mlc).filter((name) => name.endsWith('Error'))).toEqual(['IntegrityError']);
  });

  it('has the methods that the engine calls, and the tokenizer where we look for it', () => {
    for (const method of ['reload', 'unload', 'resetChat', 'chatCompletion', 'interruptGenerate', 'getMessage'] as const) {
      expect(mlc.MLCEngine.prototype[method]).toBeTypeOf('function');
    }
    expect(bundle).toContain('this.loadedModelIdToPipeline = new Map()');
    expect(bundle).toContain('this.tokenizer = tokenizer;');
    expect(bundle).toContain('Tokenizer.prototype.encode = function (text)');
  });
});
