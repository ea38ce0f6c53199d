/**
 * The page itself, kept whole for each build. Builds before stay too, for tabs that still show one: they may ask for a part
 * of it at any time.
 */
import { addressOf, home, PAGE, PAGE_FILES, pathOf } from './build.ts';
import { openBuild, setMark } from './builds.ts';
import { fetchFile } from './fetchFile.ts';
import { withHeaders } from './headers.ts';
import type { BuildFile, KeptFile } from './protocol.ts';
import { tell } from './tell.ts';

const AT_ONCE = 6;
/** Without these a part of the page does not work; without a picture it does. */
const NEEDED = /\.(?:js|css|html|wasm)$/;
/** Their headers are a policy, and are asked for again with each build. */
const OF_WORKERS = /\.worker-[^/]*\.js$/;

/** @throws Error when a needed file could not be fetched; what could be is kept without the mark that it is whole */
export async function keepPage(): Promise<void> {
  const cache = await openBuild();
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
  if (!whole) throw new Error(`The page could not be kept for use without a network. Missing: ${files.join(', ')}`);
  await setMark('whole');
}

/** Entries are found by address and revision, so that one build can take what another has. */
const keyOf = (file: BuildFile): string => (file.revision === null ? addressOf(file) : `${addressOf(file)}?revision=${file.revision}`);

async function bring(file: BuildFile): Promise<Response> {
  const url = addressOf(file);
  if (file.text !== undefined) return asBuilt(file.text, await fetchFile(url, true));
  if (OF_WORKERS.test(file.url)) return fetchFile(url, true);
  return (await caches.match(keyOf(file))) ?? (await fetchFile(url, file.revision !== null));
}

/** The page as it was built, under the rules that the server gives it. */
function asBuilt(text: string, { headers: sent, body }: Response): Response {
  body?.cancel().catch(() => {});
  const headers = new Headers(sent);
  for (const name of ['Content-Length', 'Content-Encoding', 'ETag', 'Last-Modified']) headers.delete(name);
  headers.set('Content-Type', 'text/html; charset=utf-8');
  return new Response(text, { headers });
}

/** null: no file of the page. */
export function answerPage(event: FetchEvent): Promise<Response> | null {
  const { request } = event;
  if (request.method !== 'GET') return null;
  const path = pathOf(request.url);
  if (path === null) return null;
  const name = path === '' ? PAGE : path;
  const file = PAGE_FILES.find(({ url }) => url === name);
  if (file) return answer(file, event);
  // A part of another build; nothing else has such a name.
  return name.startsWith('assets/') ? ofOtherBuild(new URL(name, home()).href, request) : null;
}

const ofOtherBuild = async (url: string, request: Request): Promise<Response> =>
  withHeaders((await caches.match(url)) ?? (await fetch(request)), request);

async function answer(file: BuildFile, { request, resultingClientId }: FetchEvent): Promise<Response> {
  const found = await (await openBuild()).match(keyOf(file)).catch(() => undefined);
  // Before the page is there, or it could lose its parts; a full disk is no reason not to show it.
  if (found && file.url === PAGE && resultingClientId) await setMark(`shown/${resultingClientId}`).catch(() => {});
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

/** Sizes as built. */
export async function keptPage(): Promise<KeptFile[]> {
  const cache = await openBuild();
  const files = PAGE_FILES.map(async (file) => ({
    url: addressOf(file),
    bytes: file.bytes,
    here: (await cache.match(keyOf(file))) !== undefined,
  }));
  return Promise.all(files);
}
