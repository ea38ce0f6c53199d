/** The code of engines, large and of use only with a model: kept once one is taken, each file by its name, which changes with its content. */
import { addressOf, cacheName, ENGINE_FILES, pathOf } from './build.ts';
import { fetchFile } from './fetchFile.ts';
import type { BuildFile, EngineCode, EngineState } from './protocol.ts';
import { tell } from './tell.ts';

const open = (): Promise<Cache> => caches.open(cacheName('engines'));
/** Says of a kept file whose it is, also to a later build. */
const OWNER = 'X-Engine';

const coming = new Map<string, Promise<Response>>();
const filesOf = (engine: EngineCode): BuildFile[] => ENGINE_FILES.filter((file) => file.engine === engine);
const engines = (): EngineCode[] => [...new Set(ENGINE_FILES.map((file) => file.engine!))];

/** null: no code of an engine. */
export function answerEngine({ request }: FetchEvent): Promise<Response> | null {
  const path = request.method === 'GET' ? pathOf(request.url) : null;
  const file = ENGINE_FILES.find(({ url }) => url === path);
  if (file) return get(file).catch(() => Response.error());
  return null;
}

/** Two who want the same file at once get it once. @throws Error naming the file */
async function get(file: BuildFile): Promise<Response> {
  const url = addressOf(file);
  const found = await (await open()).match(url).catch(() => undefined);
  if (found) return found;
  let fetching = coming.get(url);
  if (!fetching) {
    fetching = fetchAndKeep(file).finally(() => coming.delete(url));
    coming.set(url, fetching);
  }
  return (await fetching).clone();
}

async function fetchAndKeep(file: BuildFile): Promise<Response> {
  try {
    const { body, headers } = await fetchFile(addressOf(file), false);
    const marked = new Headers(headers);
    marked.set(OWNER, file.engine!);
    // Whole, so that everyone who waits has it even where it can not be kept.
    const response = new Response(await new Response(body).blob(), { headers: marked });
    // Without room for it the engine still starts.
    await open()
      .then((cache) => cache.put(addressOf(file), response.clone()))
      .catch(() => {});
    return response;
  } catch (error) {
    if ((error as { gone?: boolean }).gone) await tell({ type: 'sw-outdated', file: file.url });
    throw error;
  }
}

/** @throws Error with a sentence when a file could not be fetched */
export async function takeEngine(engine: EngineCode): Promise<EngineState> {
  try {
    for (const file of filesOf(engine)) await get(file);
  } catch (cause) {
    throw new Error(
      'The engine’s code could not be fetched, so this model will not start without a network yet. It is tried again on the next use.',
      { cause },
    );
  }
  return stateOf(engine);
}

export async function dropEngine(engine: EngineCode): Promise<EngineState> {
  await deleteWhere((_url, owner) => owner === engine);
  return stateOf(engine);
}

export const engineStates = (): Promise<EngineState[]> => Promise.all(engines().map(stateOf));

async function stateOf(engine: EngineCode): Promise<EngineState> {
  const cache = await open();
  const files = filesOf(engine).map(async (file) => {
    const url = addressOf(file);
    return { url, bytes: file.bytes, here: (await cache.match(url)) !== undefined };
  });
  return { engine, files: await Promise.all(files) };
}

/** Before an update may be used: whoever could work without a network still can after it. @throws Error */
export async function keepTakenEngines(): Promise<void> {
  const taken = new Set<string>();
  await eachKept((_url, owner) => void taken.add(owner));
  for (const engine of engines().filter((one) => taken.has(one))) {
    const missing = (await takeEngine(engine)).files.filter(({ here }) => !here).map(({ url }) => url);
    if (missing.length === 0) continue;
    await tell({ type: 'sw-missing', files: missing, whole: false });
    throw new Error(`There is no room for the engine of the new version. Missing: ${missing.join(', ')}`);
  }
}

/** Files of other builds, once no tab can be showing one of them any more. */
export async function dropOldEngines(): Promise<void> {
  const current = new Set(ENGINE_FILES.map(addressOf));
  await deleteWhere((url) => !current.has(url));
}

async function deleteWhere(goes: (url: string, owner: string) => boolean): Promise<void> {
  const cache = await open();
  const gone: string[] = [];
  await eachKept((url, owner) => void (goes(url, owner) && gone.push(url)));
  await Promise.all(gone.map((url) => cache.delete(url)));
}

async function eachKept(see: (url: string, owner: string) => void): Promise<void> {
  const cache = await open();
  for (const { url } of await cache.keys()) see(url, (await cache.match(url))?.headers.get(OWNER) ?? '');
}
