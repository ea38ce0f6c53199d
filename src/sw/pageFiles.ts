/**
 * The page itself, kept whole for each build. The build before stays too, for tabs that still show it: they may ask for a
 * part of it at any time.
 */
import { addressOf, BUILD, home, PAGE, PAGE_FILES, pathOf } from './build.ts';
import { fetchFile } from './fetchFile.ts';
import { withHeaders } from './headers.ts';
import type { BuildFile } from './protocol.ts';
import { tell } from './tell.ts';

const PREFIX = 'promptevolver/precache-';
/** When a build came, in its own cache: the newest but one is the build before. */
const ARRIVAL = 'arrival';
const AT_ONCE = 6;
/** Without these a part of the page does not work; without a picture it does. */
const NEEDED = /\.(?:js|css|html|wasm)$/;

const open = (build = BUILD): Promise<Cache> => caches.open(PREFIX + build);

/** @throws Error when a needed file could not be fetched: then the browser keeps the worker and the build that it has. */
export async function keepPage(): Promise<void> {
  const cache = await open();
  const missing: BuildFile[] = [];
  const queue = [...PAGE_FILES];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      try {
        await cache.put(keyOf(file), await bring(file));
      } catch {
        missing.push(file);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const whole = !missing.some(({ url }) => NEEDED.test(url));
  const files = missing.map(({ url }) => url);
  if (files.length > 0) await tell({ type: 'sw-missing', files, whole });
  if (!whole) {
    await caches.delete(PREFIX + BUILD);
    throw new Error(`The page could not be kept for use without a network. Missing: ${files.join(', ')}`);
  }
  await cache.put(ARRIVAL, new Response(String(Date.now())));
}

/** Entries are found by address and revision, so that one build can take what another has. */
const keyOf = (file: BuildFile): string => (file.revision === null ? addressOf(file) : `${addressOf(file)}?revision=${file.revision}`);

async function bring(file: BuildFile): Promise<Response> {
  if (file.text !== undefined) return new Response(file.text, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  return (await caches.match(keyOf(file))) ?? (await fetchFile(addressOf(file), file.revision !== null));
}

/** Drops what neither this build nor the one before needs. */
export async function dropOldPages(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + BUILD);
  const dated = await Promise.all(
    others.map(async (name) => ({ name, at: Number(await (await (await caches.open(name)).match(ARRIVAL))?.text()) || 0 })),
  );
  const [, ...old] = dated.sort((a, b) => b.at - a.at);
  await Promise.all(old.map(({ name }) => caches.delete(name)));
}

/** null: no file of the page. */
export function answerPage({ request }: FetchEvent): Promise<Response> | null {
  if (request.method !== 'GET') return null;
  const path = pathOf(request.url);
  if (path === null) return null;
  const name = path === '' ? PAGE : path;
  const file = PAGE_FILES.find(({ url }) => url === name);
  if (file) return answer(file, request);
  // A part of another build; nothing else has such a name.
  return name.startsWith('assets/') ? ofOtherBuild(new URL(name, home()).href, request) : null;
}

const ofOtherBuild = async (url: string, request: Request): Promise<Response> =>
  withHeaders((await caches.match(url)) ?? (await fetch(request)), request);

async function answer(file: BuildFile, request: Request): Promise<Response> {
  const found = await (await open()).match(keyOf(file)).catch(() => undefined);
  return withHeaders(found ?? (await again(file, request)), request);
}

/** The browser may have cleared a part of what was kept, and the server may have another build by now. */
async function again(file: BuildFile, request: Request): Promise<Response> {
  try {
    return await bring(file);
  } catch (error) {
    if ((error as { gone?: boolean }).gone) await tell({ type: 'sw-outdated', file: file.url });
    return fetch(request);
  }
}
