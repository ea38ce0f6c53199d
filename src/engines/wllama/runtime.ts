/** One life of the package: a model in WebAssembly memory, in workers of its own. It is thrown away whole. */
import type { Wllama } from '@wllama/wllama/esm/index.js';
import wasmUrl from '@wllama/wllama/esm/wasm/wllama.wasm?url';
import { EngineError } from '../errors.ts';

export interface RuntimeOptions {
  file: File;
  threads: number;
  contextSize: number;
  signal: AbortSignal;
  /** Bytes of the file that were handed over so far. */
  onRead?: (bytes: number) => void;
  /** Milliseconds without any progress after which the load counts as hung. */
  patienceMs?: number;
}

export interface Runtime {
  wllama: Wllama;
  threads: number;
  /** Tokens, as the engine took it. */
  contextSize: number;
  /** The last thing llama.cpp complained about since this was called last; empty when nothing. */
  complaint(): string;
  end(): void;
}

/** Prompt tokens computed at a stretch. An abort is seen only between two stretches, and larger ones are no faster in WebAssembly. */
const BATCH = 32;
const LOG_ERRORS_ONLY = 4;

/** @throws EngineError `load-failed`, `load-timeout`, `out-of-memory`, `aborted` */
export async function startRuntime({ file, threads, contextSize, signal, onRead, patienceMs = 90_000 }: RuntimeOptions): Promise<Runtime> {
  const complaints: string[] = [];
  const complain = (...parts: unknown[]) => {
    complaints.push(parts.map(String).join(' '));
    if (complaints.length > 20) complaints.shift();
  };
  const silent = () => {};
  const watch = createWatch(patienceMs, signal);
  let wllama: Wllama | null = null;
  let program: string | null = null;
  try {
    const pack = await watch.orStop(loadPackage());
    program = await watch.orStop(fetchProgram(signal));
    watch.progress();
    wllama = new pack.Wllama({ default: program }, { logger: { debug: silent, log: silent, warn: silent, error: complain } });
    // Never the compatibility build from a CDN.
    wllama.setCompat(null);
    await watch.orStop(
      wllama.loadModel([counted(file, watch.progress, onRead)], {
        n_ctx: contextSize,
        n_threads: threads,
        n_batch: BATCH,
        n_ubatch: BATCH,
        n_gpu_layers: 0,
        // One at a time, so that every prompt may begin with what the last one left.
        n_parallel: 1,
        warmup: false,
        reasoning: false,
        // The reply as it is: the package's reader of replies holds JSON back until it is whole.
        skip_chat_parsing: true,
        log_level: LOG_ERRORS_ONLY,
      }),
    );
    const live = wllama;
    return {
      wllama: live,
      threads: live.getNumThreads(),
      contextSize: live.getLoadedContextInfo().n_ctx,
      complaint: () => complaints.splice(0).filter(isSentence).at(-1) ?? '',
      end: () => void live.exit(),
    };
  } catch (error) {
    void wllama?.exit();
    throw loadError(error, complaints.filter(isSentence));
  } finally {
    watch.end();
    if (program) URL.revokeObjectURL(program);
  }
}

async function loadPackage() {
  try {
    return await import('@wllama/wllama/esm/index.js');
  } catch (cause) {
    throw new EngineError('load-failed', 'The engine for the CPU could not be fetched. Check the network and load the page again.', {
      cause,
    });
  }
}

/**
 * The package waits for ever when its WebAssembly can’t be fetched, so it is fetched here and handed over as a blob.
 * @returns an object URL
 */
async function fetchProgram(signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(wasmUrl, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: 'application/wasm' }));
  } catch (cause) {
    throw new EngineError(
      'load-failed',
      'The WebAssembly part of the engine could not be fetched. Check the network and load the page again.',
      { cause },
    );
  }
}

/** A blob that tells how far it was read. */
function counted(file: File, progress: () => void, onRead: RuntimeOptions['onRead']): Blob {
  const read = (bytes: number) => {
    progress();
    onRead?.(Math.min(bytes, file.size));
  };
  return {
    size: file.size,
    type: file.type,
    name: file.name,
    slice(from = 0, to = file.size) {
      if (from > 0) read(to);
      return file.slice(from, to);
    },
    stream() {
      let at = 0;
      return file.stream().pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(chunk, out) {
            read((at += chunk.length));
            out.enqueue(chunk);
          },
        }),
      );
    },
    arrayBuffer: () => file.arrayBuffer(),
  } as unknown as Blob;
}

function createWatch(patienceMs: number, signal: AbortSignal) {
  let stop: (error: Error) => void = () => {};
  const stopped = new Promise<never>((_, reject) => (stop = reject));
  stopped.catch(() => {});
  const late = () =>
    stop(
      new EngineError(
        'load-timeout',
        `The engine for the CPU made no progress for ${Math.round(patienceMs / 1000)} seconds and was given up. Load the page again; if it happens again, choose a smaller model.`,
      ),
    );
  let timer = setTimeout(late, patienceMs);
  const abort = () => stop(new EngineError('aborted', 'Loading was stopped. The downloaded model is kept.'));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return {
    progress() {
      clearTimeout(timer);
      timer = setTimeout(late, patienceMs);
    },
    orStop: <T>(work: Promise<T>): Promise<T> => Promise.race([work, stopped]),
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

function loadError(error: unknown, complaints: string[]): EngineError {
  if (error instanceof EngineError) return error;
  const message = `${error instanceof Error ? error.message : String(error)} ${complaints.join(' ')}`;
  if (isOutOfMemory(message)) {
    return new EngineError('out-of-memory', 'The memory is not enough for this model. Close other tabs, or choose a smaller model.', {
      cause: error,
    });
  }
  const architecture = /unknown model architecture: '([^']*)'/.exec(message)?.[1];
  if (architecture) {
    return new EngineError(
      'load-failed',
      `This model is of the kind “${architecture}”, which the engine for the CPU does not know. Choose another model.`,
      { cause: error },
    );
  }
  const detail = complaints.at(-1);
  return new EngineError(
    'load-failed',
    `The engine for the CPU could not load this model${detail ? ` (${detail.slice(0, 160)})` : ''}. Choose another model.`,
    { cause: error },
  );
}

export const isOutOfMemory = (message: string): boolean =>
  /out of memory|bad_alloc|failed to allocate|OOM|cannot allocate|memory allocation/i.test(message);

/** Complaints that are sentences, not stack traces. */
const isSentence = (text: string): boolean => !/^Stack trace|wasm-func|^\[object|^\s*at /.test(text);
