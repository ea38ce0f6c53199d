/**
 * The service worker: the page without a network, the API, and what other apps share. A new version waits until the person
 * asks for it, so that a run's code never changes under it.
 */
import { addPlugins, cleanupOutdatedCaches, matchPrecache, precache, type PrecacheEntry } from 'workbox-precaching';
import { answerApi } from './api/answerApi.ts';
import { answerEngineFile, dropOldEngines, isEngineFile, keepEngine } from './engineFiles.ts';
import { isolated, withoutRedirect } from './ownAnswer.ts';
import type { PageWord } from './protocol.ts';
import { answerShare, SHARE_PATH } from './share.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: PrecacheEntry[] };

const absolute = (path: string): string => new URL(path, self.registration.scope).href;

const files = self.__WB_MANIFEST;
const engineFiles = files.map(({ url }) => url).filter(isEngineFile).map(absolute); // prettier-ignore

addPlugins([{ fetchDidSucceed: ({ response }) => withoutRedirect(response) }]);
precache(files.filter(({ url }) => !isEngineFile(url)));
cleanupOutdatedCaches();

self.addEventListener('activate', (event) => {
  // The first visit's page is answered too, without a reload.
  event.waitUntil(Promise.all([self.clients.claim(), dropOldEngines(engineFiles)]));
});

self.addEventListener('message', (event) => {
  const word = event.data as PageWord | null;
  if (word?.type === 'promptevolver-use-new') void self.skipWaiting();
  if (word?.type === 'promptevolver-keep-engine') event.waitUntil(keepEngine(word.engine, engineFiles));
});

self.addEventListener('fetch', (event) => {
  const answer = answerApi(event) ?? answerShared(event) ?? answerFile(event);
  if (answer) event.respondWith(answer);
});

function answerShared({ request }: FetchEvent): Promise<Response> | null {
  if (request.method !== 'POST' || request.url !== absolute(SHARE_PATH)) return null;
  return answerShare(request, self.registration.scope);
}

/** A file of this build; null: the network's business. */
function answerFile({ request }: FetchEvent): Promise<Response> | null {
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return null;
  const url = new URL(request.url);
  // A host adds `?__theme=` and the like to the page's address.
  url.search = url.hash = '';
  if (isEngineFile(url.href)) return answerEngineFile(request);
  return kept(url.href === self.registration.scope ? absolute('index.html') : url.href, request);
}

async function kept(url: string, request: Request): Promise<Response> {
  const found = await matchPrecache(url);
  if (!found) return fetch(request);
  return /\.(html|js)$/.test(new URL(url).pathname) ? isolated(found) : found;
}
