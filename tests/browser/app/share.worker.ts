/** A service worker with nothing but the app's own answer to what is shared. */
import { answerShare, SHARE_PATH } from '../../../src/sw/share.ts';

/** What is used of a service worker's global object, which the types of pages do not know. */
const scope = self as unknown as {
  registration: { scope: string };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(
    type: string,
    hear: (event: { request: Request; respondWith(answer: Promise<Response>): void; waitUntil(p: Promise<unknown>): void }) => void,
  ): void;
};

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const home = scope.registration.scope;
  if (request.method === 'POST' && request.url === new URL(SHARE_PATH, home).href) event.respondWith(answerShare(request, home));
});
