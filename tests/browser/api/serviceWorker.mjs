/** A service worker that answers the API and nothing else. Not TypeScript: the tests' environment has no service workers. */
import { answerApi } from '../../../src/sw/api/answerApi.ts';

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const answer = answerApi(event);
  if (answer) event.respondWith(answer);
});
