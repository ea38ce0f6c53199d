/** What the service worker keeps: the page itself, and the code of engines that were used. */
import type { StoredFile } from '../../../engines/stored.ts';

export interface StoredCode {
  /** Its name in the Cache API. */
  cache: string;
  /** The page itself goes only with the service worker, or an update would find nothing to stand on. */
  removable: boolean;
  title: string;
  about: string;
  files: StoredFile[];
  bytes: number;
}

/** Caches of models and parts of downloads, which the optimizer's worker lists, and small notes. */
const OTHERS = /^(webllm\/|promptevolver\/(pieces|notes)$)/;
const IS_PAGE = /precache/;

/** Nothing where the browser keeps no files. */
export async function storedCode(): Promise<StoredCode[]> {
  try {
    const names = (await caches.keys()).filter((name) => !OTHERS.test(name));
    const found = await Promise.all(names.map(codeIn));
    return found.filter(({ files }) => files.length > 0).sort((a, b) => Number(a.removable) - Number(b.removable));
  } catch {
    return [];
  }
}

async function codeIn(name: string): Promise<StoredCode> {
  const cache = await caches.open(name);
  const files = await Promise.all(
    (await cache.keys()).map(async (request) => ({ name: nameOf(request.url), bytes: await sizeOf(await cache.match(request)) })),
  );
  const isPage = IS_PAGE.test(name);
  return {
    cache: name,
    removable: !isPage,
    title: isPage ? 'This page' : 'Engines',
    about: isPage ? 'So that it opens without a network.' : 'So that a model runs without a network; fetched again on the next use.',
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const nameOf = (url: string): string => new URL(url).pathname.split('/').pop() || 'index.html';

/** A compressed answer names its compressed length, so the body is asked. */
const sizeOf = async (response: Response | undefined): Promise<number> => (await response?.blob())?.size ?? 0;
