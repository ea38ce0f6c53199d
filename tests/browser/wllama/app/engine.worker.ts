/** The engine in a worker, as the app has it, with the few levers that tests need. */
import { expose } from 'comlink';
import type { GenRequest, GenResult, LoadedModel, LoadProgress, ModelRef } from '../../../../src/engines/engine.ts';
import { WllamaEngine } from '../../../../src/engines/wllama/engine.ts';
import { createWllamaEngine, here, importFile, remove, wllamaCapability } from '../../../../src/engines/wllama/index.ts';
import { startRuntime } from '../../../../src/engines/wllama/runtime.ts';

/** Only data crosses to the test: an error as its name and message. */
export type Outcome<T> = { ok: T } | { error: { name: string; message: string } };

let engine = createWllamaEngine();
let progress: LoadProgress[] = [];

async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: await work() };
  } catch (error) {
    return { error: { name: (error as Error).name, message: (error as Error).message } };
  }
}

async function fetched(url: string, name: string, least?: number): Promise<File> {
  const blob = await (await fetch(url)).blob();
  return new File([least === undefined ? blob : blob.slice(0, least)], name);
}

const api = {
  capability: () => wllamaCapability(),
  here: (ref: ModelRef) => here(ref),
  remove: (ref: ModelRef) => outcome(() => remove(ref)),
  /** Stops when the phase begins, or when so many bytes of it are done. */
  load(ref: ModelRef, stopAt?: { phase: string; bytes?: number }): Promise<Outcome<LoadedModel>> {
    const stop = new AbortController();
    progress = [];
    return outcome(() =>
      engine.load(
        ref,
        (p) => {
          progress.push(p);
          if (p.phase === stopAt?.phase && p.bytesDone >= (stopAt.bytes ?? 0)) stop.abort();
        },
        stop.signal,
      ),
    );
  },
  progress: () => progress,
  /** `stopAfterTokens` fires the signal while the reply is being written, `stopAfterMs` by the clock; 0 before the call. */
  generate(request: GenRequest, stop: { afterTokens?: number; afterMs?: number } = {}): Promise<Outcome<GenResult & { heard: number[] }>> {
    const signal = new AbortController();
    const heard: number[] = [];
    if (stop.afterMs === 0) signal.abort();
    else if (stop.afterMs !== undefined) setTimeout(() => signal.abort(), stop.afterMs);
    const onToken = (tokens: number) => {
      heard.push(tokens);
      if (stop.afterTokens !== undefined && tokens >= stop.afterTokens) signal.abort();
    };
    return outcome(async () => ({ ...(await engine.generate({ ...request, onToken }, signal.signal)), heard }));
  },
  /** An engine that starts llama.cpp anew after so many bytes put aside. */
  renewAfter: (mostPutAside: number) => void (engine = new WllamaEngine({ mostPutAside })),
  /** Chrome tells pages 10 GB whatever the disk has, so a test says what the browser would. */
  pretendRoom: (bytes: number) => void (navigator.storage.estimate = () => Promise.resolve({ quota: bytes, usage: 0 })),
  /** Whether text can become code here. */
  canEval: () => outcome(() => Function('return 1')() as number),
  countTokens: (text: string) => engine.countTokens(text),
  unload: () => engine.unload(),
  /** Drops in what lies at an address, or only its first bytes. */
  drop: (url: string, name: string, least?: number) =>
    outcome(async () => importFile(await fetched(url, name, least), (p) => progress.push(p))),
  /** The runtime alone, with its own patience. */
  start: (url: string, patienceMs: number) =>
    outcome(async () => {
      const runtime = await startRuntime({
        file: await fetched(url, 'x.gguf'),
        threads: 1,
        contextSize: 512,
        signal: new AbortController().signal,
        patienceMs,
      });
      runtime.end();
    }),
};

export type EngineTestApi = typeof api;
expose(api);
