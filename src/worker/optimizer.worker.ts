/** The Web Worker: owns engine and run, writes the store. Nothing of an engine is loaded before it is asked for. */
import { expose } from 'comlink';
import type { LlmEngine, ModelRef } from '../engines/engine.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { connectStore } from '../store/connection.ts';
import { builtSite as site } from '../store/builtSite.ts';
import { deviceReport } from './device.ts';
import { createFilesApi } from './files/filesApi.ts';
import type { Engines } from './models.ts';
import { createOptimizerApi } from './optimizerApi.ts';
import { servedModels } from './served.ts';

/** A server that is asked for its models, its waits included. */
const LIST_MS = 60_000;

/** One engine of each kind for the life of the worker; an import that failed (offline) is tried again. */
const once = (make: () => Promise<LlmEngine>): (() => Promise<LlmEngine>) => {
  let made: Promise<LlmEngine> | null = null;
  return () => {
    made ??= make();
    made.catch(() => (made = null));
    return made;
  };
};

const engines: Engines = {
  webllm: once(async () => (await import('../engines/webllm/engine.ts')).createWebLlmEngine()),
  wllama: once(async () => (await import('../engines/wllama/index.ts')).createWllamaEngine()),
  openai: once(async () => (await import('../engines/openai/index.ts')).createOpenAiEngine()),
};

/** Of a server nothing is fetched, so that there is nothing to be missing. */
const here = async (ref: ModelRef): Promise<boolean> => {
  if (ref.engine === 'openai') return true;
  return ref.engine === 'webllm'
    ? (await import('../engines/webllm/cache.ts')).here(ref)
    : (await import('../engines/wllama/index.ts')).here(ref);
};

expose(
  createOptimizerApi({
    connection: connectStore(),
    locks: navigator.locks,
    // Put in by the build; a bundle without it is nobody's release.
    app: typeof __APP_VERSION__ === 'string' ? `${__APP_VERSION__}+${__METHOD_VERSION__}` : 'unversioned',
    site,
    engines,
    sandbox: createSandbox(),
    optimize: async () => (await import('../promptwizard/optimize.ts')).optimize,
    device: (pageUrl) => deviceReport({ engines, served: () => servedModels(pageUrl), here, site }),
    here,
    importFile: async (file, onProgress) => (await import('../engines/wllama/index.ts')).importFile(file, onProgress),
    remove: async (ref) => {
      if (ref.engine === 'webllm') await (await import('../engines/webllm/cache.ts')).remove(ref);
      else if (ref.engine === 'wllama') await (await import('../engines/wllama/index.ts')).remove(ref);
    },
    listServer: async (address, key) =>
      (await import('../engines/openai/index.ts')).createOpenAiEngine().list(address, key, AbortSignal.timeout(LIST_MS)),
    files: createFilesApi(),
  }),
);
