/** The engine's parts and the real package in a real worker, called by name from the test. */
import type { AppConfig } from '@mlc-ai/web-llm';
import type { LoadProgress } from '../../../src/engines/engine.ts';
import { watchDevices, type DeviceTrouble } from '../../../src/engines/webllm/adapter.ts';
import { here, remove } from '../../../src/engines/webllm/cache.ts';
import { downloadModel, type DownloadOptions } from '../../../src/engines/webllm/download.ts';
import { createWebLlmEngine } from '../../../src/engines/webllm/engine.ts';
import { PIECE_SCOPE } from '../../../src/engines/webllm/pieces.ts';
import { recordOf, type WebLlmRef } from '../../../src/engines/webllm/records.ts';

const SCOPES = ['webllm/config', 'webllm/wasm', 'webllm/model', PIECE_SCOPE];
const appConfig = (ref: WebLlmRef): AppConfig => ({ model_list: [recordOf(ref).record], cacheBackend: 'cache' });
const real = () => import('@mlc-ai/web-llm');
const hex = (buffer: ArrayBuffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
const never = new AbortController().signal;

export const probe = {
  featureTest: () => createWebLlmEngine().featureTest(),

  /** `stopAt`: the person stops when this file has that many bytes. */
  async download(ref: WebLlmRef, { stopAt, ...options }: DownloadOptions & { stopAt?: { file: string; bytes: number } } = {}) {
    const stop = new AbortController();
    const progress: LoadProgress[] = [];
    const begun = new Set<string>();
    // Small, so that a test of a second sees what a download of an hour does.
    const quick: DownloadOptions = { backoffMs: 5, stallMs: 400, tries: 3, pieceBytes: 64 * 1024, ...options };
    try {
      const files = await downloadModel(
        ref,
        (p) => {
          progress.push(p);
          begun.add(p.phase);
        },
        stop.signal,
        {
          ...quick,
          fetch: async (input, init) => {
            const response = await fetch(input, init);
            if (!stopAt || !response.body || !String(input).endsWith(stopAt.file)) return response;
            let seen = 0;
            const counter = new TransformStream<Uint8Array, Uint8Array>({
              transform(chunk, out) {
                seen += chunk.byteLength;
                out.enqueue(chunk);
                if (seen >= stopAt.bytes) setTimeout(() => stop.abort(), 50);
              },
            });
            return new Response(response.body.pipeThrough(counter), { status: response.status, headers: response.headers });
          },
        },
      );
      return {
        shards: files.shards.length,
        phases: [...begun],
        last: progress.at(-1)!,
        most: Math.max(...progress.map((p) => p.bytesDone)),
      };
    } catch (thrown) {
      const { name, message } = thrown as Error;
      return { error: name, message, phases: [...begun] };
    }
  },

  here: (ref: WebLlmRef) => here(ref),
  remove: (ref: WebLlmRef) => remove(ref),

  async cached() {
    const found: Record<string, string[]> = {};
    for (const scope of SCOPES) found[scope] = (await (await caches.open(scope)).keys()).map((request) => request.url);
    return found;
  },
  async digest(scope: string, url: string) {
    const response = await (await caches.open(scope)).match(url);
    return response ? hex(await crypto.subtle.digest('SHA-256', await response.arrayBuffer())) : null;
  },
  put: async (scope: string, url: string, text: string) => (await caches.open(scope)).put(url, new Response(text)),
  clear: async () => {
    for (const scope of SCOPES) await caches.delete(scope);
  },

  /** The package's own opinion. */
  packageHas: async (ref: WebLlmRef) => (await real()).hasModelInCache(ref.id, appConfig(ref)),
  packageDelete: async (ref: WebLlmRef) => (await real()).deleteModelAllInfoInCache(ref.id, appConfig(ref)),
  /** The package's own load, to its first error. */
  async packageReload(ref: WebLlmRef) {
    const { MLCEngine } = await real();
    const engine = new MLCEngine({ appConfig: appConfig(ref), logLevel: 'SILENT' });
    return engine.reload(ref.id).then(
      () => 'loaded',
      (thrown: unknown) => `${(thrown as Error).name}: ${(thrown as Error).message}`,
    );
  },

  /** Our engine's load, with the real package. */
  async load(ref: WebLlmRef, tryAnyway: boolean) {
    const engine = createWebLlmEngine();
    const phases: string[] = [];
    const attempt = () =>
      engine
        .load(ref, (p) => phases.at(-1) !== p.phase && phases.push(p.phase), never, { tryAnyway })
        .then(
          () => null,
          (thrown: Error & { fatal?: boolean; cause?: unknown }) => ({
            name: thrown.name,
            message: thrown.message,
            fatal: thrown.fatal,
            cause: String(thrown.cause),
          }),
        );
    const first = await attempt();
    const firstPhases = [...phases];
    const second = await attempt();
    await engine.unload();
    const call = await engine.generate({ messages: [], maxTokens: 1, temperature: 0, seed: 0 }, never).catch((e: Error) => e.name);
    return { first, firstPhases, second, call };
  },

  /** Asks for a device the way the package does, through our wrap, then makes trouble of one kind. */
  async trouble(kind: 'none' | 'error' | 'destroy' | 'expected') {
    const watch = watchDevices(GPUAdapter);
    const heard: DeviceTrouble[] = [];
    watch.onTrouble = (trouble) => heard.push(trouble);
    const adapter = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))!;
    const device = await adapter.requestDevice({
      requiredLimits: { maxStorageBufferBindingSize: 1 << 27, maxStorageBuffersPerShaderStage: 10 },
    });
    if (kind === 'error') device.createShaderModule({ code: 'this is no shader' });
    if (kind === 'expected') watch.expectLoss();
    if (kind === 'destroy' || kind === 'expected') device.destroy();
    // Errors are told with the work that was handed in, not before.
    await device.queue.onSubmittedWorkDone().catch(() => {});
    await new Promise((done) => setTimeout(done, 300));
    watch.stop();
    return {
      heard,
      binding: [device.limits.maxStorageBufferBindingSize, adapter.limits.maxStorageBufferBindingSize],
      buffer: [device.limits.maxBufferSize, adapter.limits.maxBufferSize],
      perStage: device.limits.maxStorageBuffersPerShaderStage,
    };
  },
};

export type Probe = typeof probe;

self.onmessage = async ({ data: { id, name, args } }: MessageEvent<{ id: number; name: keyof Probe; args: never[] }>) => {
  try {
    const value = await (probe[name] as (...args: never[]) => unknown)(...args);
    self.postMessage({ id, value });
  } catch (thrown) {
    self.postMessage({ id, failed: String(thrown) });
  }
};
