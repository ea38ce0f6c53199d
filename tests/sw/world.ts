/** A double of what the browser gives a service worker: enough for the parts that ask for windows, caches and their own folder. */
import { vi } from 'vitest';
import type { BuildFile } from '../../src/sw/protocol.ts';

export interface World {
  /** Open windows: ids and addresses. */
  windows: { id: string; url: string }[];
  /** What they were told. */
  told: { id: string; message: unknown; ports: readonly MessagePort[] }[];
  /** Names of caches, with the addresses in each. */
  kept(): Promise<Record<string, string[]>>;
}

const HOME = 'https://example.org/app/';

/** Puts it in place; modules that read the list of files have to be imported after it. @param own the worker's folder */
export function openWorld(files: readonly BuildFile[], own = HOME): World {
  const all = new Map<string, Map<string, Response>>();
  const world: World = {
    windows: [],
    told: [],
    kept: async () => Object.fromEntries([...all].map(([name, entries]) => [name, [...entries.keys()]])),
  };
  const clients = {
    matchAll: async () =>
      world.windows.map((one) => ({
        ...one,
        postMessage: (message: unknown, ports: readonly MessagePort[] = []) => void world.told.push({ id: one.id, message, ports }),
      })),
    get: async (id: string) => world.windows.find((one) => one.id === id),
  };
  const registration = { scope: own, installing: null, waiting: null };
  vi.stubGlobal('self', { __WB_MANIFEST: files, registration, clients });
  const cacheOf = (entries: Map<string, Response>) => ({
    match: async (key: string | Request) => entries.get(typeof key === 'string' ? key : key.url)?.clone(),
    put: async (key: string, response: Response) => void entries.set(key, response),
    delete: async (key: string | Request) => entries.delete(typeof key === 'string' ? key : key.url),
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
  });
  vi.stubGlobal('caches', {
    open: async (name: string) => {
      if (!all.has(name)) all.set(name, new Map());
      return cacheOf(all.get(name)!);
    },
    match: async (key: string) =>
      [...all.values()]
        .find((entries) => entries.has(key))
        ?.get(key)
        ?.clone(),
    keys: async () => [...all.keys()],
    delete: async (name: string) => all.delete(name),
  });
  return world;
}

/** A module of the worker, whose types are those of another environment. @param name below src/sw/ */
export const load = async <T>(name: string): Promise<T> =>
  (await import(/* @vite-ignore */ new URL(`../../src/sw/${name}`, import.meta.url).href)) as T;
