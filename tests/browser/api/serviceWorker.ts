/** A service worker that answers the API and nothing else. */
import { answerApi } from '../../../src/sw/api/answerApi.ts';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const answer = answerApi(event);
  if (answer) event.respondWith(answer);
});
