/** Test double of the package's engine: does what a script says, call by call, with the package's own habits. */
import type { DeviceTrouble, DeviceWatch } from '../../../src/engines/webllm/adapter.ts';
import type { MlcChunk, MlcPackage, MlcProgress, MlcRequest, MlcTokenLogprob } from '../../../src/engines/webllm/package.ts';

export interface ScriptedCall {
  /** What the stream gives, one token each. */
  tokens?: string[];
  /** By token, what the package tells where it is asked for it. */
  logprobs?: MlcTokenLogprob[];
  finish?: 'stop' | 'length';
  /** Thrown before the first token. */
  throws?: unknown;
  /** The stream stops here, after this many tokens, until `release()`. 0: in prefill. */
  stallAfter?: number;
}

const SANE = 'The sky over the harbour is blue today.';
/** The replies to the two questions of the self-test. */
export const SELF_TEST: ScriptedCall[] = [{ tokens: ['Hello'] }, { tokens: [SANE] }];

export interface Script {
  calls: ScriptedCall[];
  /** Instead of loading. */
  reload?: (say: (report: MlcProgress) => void) => Promise<void>;
  /** Tokens are words; `<think>` is one only where this is not false. */
  thinks?: boolean;
  /** Without it the package shows no tokenizer. */
  tokenizer?: boolean;
}

const named = (name: string) => Object.assign(new Error(name), { name });

export function mlcDouble(script: Script) {
  const requests: MlcRequest[] = [];
  const log: string[] = [];
  const overrides: unknown[] = [];
  let release = () => {};
  let watch: DeviceWatch | null = null;

  class MLCEngine {
    loadedModelIdToPipeline = new Map<string, unknown>();
    #interrupted = false;
    #message = '';
    #busy: Promise<void> = Promise.resolve();
    #say: (report: MlcProgress) => void;
    #loaded = false;

    constructor(config: ConstructorParameters<MlcPackage['MLCEngine']>[0]) {
      this.#say = config.initProgressCallback;
      overrides.push(config.appConfig.model_list[0]);
    }
    async reload(id: string) {
      log.push(`reload ${id}`);
      if (script.reload) await script.reload(this.#say);
      else
        for (const text of [
          'Start to fetch params',
          'Loading model from cache[1/1]: ',
          'Loading GPU shader modules[1/1]: ',
          'Finish loading on WebGPU',
        ]) {
          this.#say({ progress: text.startsWith('Start') ? 0 : 1, text });
        }
      this.#loaded = true;
      const encode = (text: string) => ({
        length: script.thinks === false ? text.split(/(<|>|\s)/).length : (text.match(/<\/?think>|\S+|\n\n/g)?.length ?? 0),
      });
      if (script.tokenizer !== false) this.loadedModelIdToPipeline.set(id, { tokenizer: { encode } });
    }
    async unload() {
      log.push('unload');
      this.#loaded = false;
    }
    async resetChat() {
      log.push('resetChat');
    }
    async interruptGenerate() {
      this.#interrupted = true;
    }
    async getMessage() {
      return this.#message;
    }
    async chatCompletion(request: MlcRequest): Promise<AsyncIterable<MlcChunk>> {
      if (!this.#loaded) throw named('ModelNotLoadedError');
      requests.push(request);
      return this.#stream(script.calls.shift() ?? { throws: new Error('no more calls in the script') }, request);
    }
    async *#stream(call: ScriptedCall, request: MlcRequest): AsyncGenerator<MlcChunk> {
      const { tokens = [], logprobs = [], finish = 'stop', throws, stallAfter } = call;
      const before = this.#busy;
      let free = () => {};
      this.#busy = new Promise((done) => (free = done));
      await before;
      try {
        // As in the package: an interrupt from before the start is forgotten here.
        this.#interrupted = false;
        this.#message = '';
        const stall = () => new Promise<void>((done) => (release = done));
        if (stallAfter === 0) await stall();
        if (throws !== undefined) throw throws;
        let reason: string = finish;
        for (const [i, token] of tokens.entries()) {
          if (i > 0 && this.#interrupted) {
            reason = 'abort';
            break;
          }
          await new Promise((done) => setTimeout(done, 1));
          this.#message += token;
          const told = request.logprobs && request.top_logprobs ? { content: logprobs.slice(i, i + 1) } : null;
          yield { choices: [{ delta: { content: token }, finish_reason: null, logprobs: told }] };
          if (stallAfter === i + 1) await stall();
        }
        yield { choices: [{ delta: {}, finish_reason: reason }] };
        yield {
          choices: [],
          usage: { prompt_tokens: 40, completion_tokens: tokens.length + 1, extra: { prefill_tokens_per_s: 200, decode_tokens_per_s: 20 } },
        };
      } finally {
        free();
      }
    }
  }

  return {
    mlc: { MLCEngine } as unknown as MlcPackage,
    requests,
    log,
    /** The records that were loaded. */
    records: overrides as { model_lib: string; overrides: { context_window_size?: number } }[],
    release: () => release(),
    trouble: (trouble: DeviceTrouble) => watch?.onTrouble?.(trouble),
    watchDevices: (): DeviceWatch => {
      watch = { onTrouble: null, expectLoss: () => void log.push('expectLoss'), stop: () => {} };
      return watch;
    },
    error: named,
  };
}
