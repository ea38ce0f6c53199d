/** Builds of the page, one cache each, with marks that are no files: that it is whole, when it came into use, who shows it. */
import { BUILD, cacheName, home, showsPage } from './build.ts';

declare const self: ServiceWorkerGlobalScope;

type Mark = 'whole' | 'used' | `shown/${string}`;

const markOf = (name: Mark | ''): string => new URL(`.marks/${name}`, home()).href;
const prefix = (): string => `${cacheName('precache')} `;

export const openBuild = (build = BUILD): Promise<Cache> => caches.open(prefix() + build);
export const dropBuild = (build: string): Promise<boolean> => caches.delete(prefix() + build);
export const hasMark = async (mark: Mark): Promise<boolean> => (await (await openBuild()).match(markOf(mark))) !== undefined;
export const setMark = async (mark: Mark): Promise<void> => (await openBuild()).put(markOf(mark), new Response(String(Date.now())));

interface Kept {
  build: string;
  /** Milliseconds since 1970; 0: never. */
  used: number;
  /** Ids of windows that were answered with it. */
  shown: string[];
}

/** Last used first. */
async function keptBuilds(): Promise<Kept[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix()));
  const read = async (name: string): Promise<Kept> => {
    const cache = await caches.open(name);
    const keys = (await cache.keys()).map(({ url }) => url).filter((url) => url.startsWith(markOf('shown/')));
    const used = Number(await (await cache.match(markOf('used')))?.text()) || 0;
    return { build: name.slice(prefix().length), used, shown: keys.map((url) => url.slice(markOf('shown/').length)) };
  };
  return (await Promise.all(names.map(read))).sort((a, b) => b.used - a.used);
}

/**
 * Drops what neither this build, nor the one before, nor an open window needs.
 * @param comesIn this build is just taking over; else only the one that came into use last may do it
 * @returns whether every open window is known to show this build
 */
export async function dropOldBuilds(comesIn = false): Promise<boolean> {
  const { installing, waiting } = self.registration;
  const kept = await keptBuilds();
  // What a version that comes needs is kept already; and one that was replaced has nothing to say.
  if (installing || waiting || (!comesIn && kept[0]?.build !== BUILD)) return false;
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const windows = clients.filter(({ url }) => showsPage(url)).map(({ id }) => id);
  const showing = ({ shown }: Kept): boolean => shown.some((id) => windows.includes(id));
  // A window that came from the network may show any of them.
  if (!windows.every((id) => kept.some(({ shown }) => shown.includes(id)))) return false;
  const others = kept.filter(({ build }) => build !== BUILD);
  await Promise.all(others.filter((one, i) => !(i === 0 && one.used > 0) && !showing(one)).map(({ build }) => dropBuild(build)));
  await forget(kept.find(({ build }) => build === BUILD)?.shown.filter((id) => !windows.includes(id)) ?? []);
  return !others.some(showing);
}

async function forget(windows: readonly string[]): Promise<void> {
  const own = await openBuild();
  await Promise.all(windows.map((id) => own.delete(markOf(`shown/${id}`))));
}
