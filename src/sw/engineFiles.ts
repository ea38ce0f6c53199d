/** The engines' code: too large for everybody's first visit, kept from the first use on. */
import type { EngineName } from '../engines/engine.ts';
import { ENGINE_CACHE } from './protocol.ts';
import { withoutRedirect } from './ownAnswer.ts';

/** As the build names them: `assets/engine-wllama-1a2b3c4d.wasm`. */
export const isEngineFile = (url: string): boolean => /(^|\/)assets\/engine-(webllm|wllama)-[^/]+$/.test(url);

/** From the cache, else from the network and into the cache. A failed fetch stays one: the engine says so in words. */
export async function answerEngineFile(request: Request): Promise<Response> {
  const cache = await caches.open(ENGINE_CACHE);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const response = await withoutRedirect(await fetch(request));
  if (response.ok) await cache.put(request.url, response.clone()).catch(() => {});
  return response;
}

/** @param files addresses of all engines' files of this build */
export async function keepEngine(engine: EngineName, files: readonly string[]): Promise<void> {
  const own = files.filter((url) => url.includes(`/engine-${engine}-`));
  await Promise.all(own.map((url) => answerEngineFile(new Request(url)).catch(() => {})));
}

/** Those of builds before this one. */
export async function dropOldEngines(files: readonly string[]): Promise<void> {
  const cache = await caches.open(ENGINE_CACHE);
  for (const { url } of await cache.keys()) if (!files.includes(url)) await cache.delete(url);
}
