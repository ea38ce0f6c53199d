/** A test double of an engine: answers at once from a script, and can wait, fail, hang or lose its device. */
import type {
  Capability,
  EngineName,
  GenRequest,
  GenResult,
  LlmEngine,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  ModelRef,
} from '../../../src/engines/engine.ts';

export type Script = (request: GenRequest, call: number) => string | Error | Partial<GenResult> | Promise<string>;

export const MODEL: ModelRef = { engine: 'wllama', id: 'scripted', url: 'https://example.org/scripted.gguf' };

export class ScriptedEngine implements LlmEngine {
  readonly name: EngineName = 'wllama';
  readonly requests: GenRequest[] = [];
  loads = 0;
  unloads = 0;
  loadError: Error | null = null;
  /** Calls that it says it takes at once. */
  parallel = 1;
  /** Set to hold a load until it is cancelled. */
  holdLoad = false;

  constructor(public script: Script = (request) => `reply to ${request.messages.at(-1)!.content.slice(-40)}`) {}

  async featureTest(): Promise<Capability> {
    return { engine: this.name, ok: true, why: 'A test double.', facts: { threads: 1 } };
  }

  async load(ref: ModelRef, onProgress: (p: LoadProgress) => void, signal: AbortSignal, _options?: LoadOptions): Promise<LoadedModel> {
    this.loads++;
    onProgress({ phase: 'download', bytesDone: 1, bytesTotal: 2, secondsLeft: 1, text: 'Half.' });
    if (this.loadError) throw this.loadError;
    if (this.holdLoad) {
      await new Promise((_, reject) => {
        const cancel = () => reject(Object.assign(new Error('cancelled'), { name: 'aborted' }));
        if (signal.aborted) cancel();
        else signal.addEventListener('abort', cancel);
      });
    }
    onProgress({ phase: 'ready', bytesDone: 0, bytesTotal: 0, secondsLeft: 0, text: 'Ready.' });
    return {
      ref,
      title: 'Scripted',
      contextSize: 2048,
      prefillPerSecond: 100,
      decodePerSecond: 10,
      runsOn: 'a script',
      parallel: this.parallel,
    };
  }

  async generate(request: GenRequest, signal: AbortSignal): Promise<GenResult> {
    const call = this.requests.push(request) - 1;
    const result = (text: string, finish: GenResult['finish']): GenResult => ({
      text,
      finish,
      tokensIn: this.countTokens(request.messages.map((m) => m.content).join(' ')),
      tokensOut: this.countTokens(text),
      tokensReused: 0,
      ms: 10 + text.length,
      prefillPerSecond: 100,
      decodePerSecond: 10,
    });
    const answer = this.script(request, call);
    if (answer instanceof Error) throw answer;
    request.onToken?.(1);
    if (answer instanceof Promise) {
      const aborted = new Promise<null>((resolve) => {
        if (signal.aborted) resolve(null);
        else signal.addEventListener('abort', () => resolve(null));
      });
      const text = await Promise.race([answer, aborted]);
      return text === null ? result('so far', 'abort') : result(text, 'stop');
    }
    return typeof answer === 'string' ? result(answer, 'stop') : { ...result('', 'stop'), ...answer };
  }

  countTokens(text: string): number {
    return Math.ceil(text.length / 4);
  }

  async unload(): Promise<void> {
    this.unloads++;
  }
}
