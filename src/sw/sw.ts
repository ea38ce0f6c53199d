/**
 * The service worker: the page without a network, its updates, the headers that a static host does not send, the API, and
 * what other apps share.
 */
import { answerApi } from './api/answerApi.ts';
import { answerShared } from './answerShared.ts';
import { answerEngine, dropOldEngines, keepTakenEngines } from './engineFiles.ts';
import { answerModelList } from './modelList.ts';
import { answerPage, dropOldPages, keepPage } from './pageFiles.ts';
import { answerQuestion } from './questions.ts';
import { answerRead } from './redirects.ts';

declare const self: ServiceWorkerGlobalScope;

/** Asked in this order; what none answers goes to the network. */
const answerers: ((event: FetchEvent) => Promise<Response> | null)[] = [
  answerApi,
  answerShared,
  answerEngine,
  answerModelList,
  answerPage,
  answerRead,
];

self.addEventListener('install', (event) => event.waitUntil(Promise.all([keepPage(), keepTakenEngines()])));

self.addEventListener('activate', (event) => {
  const settle = async (): Promise<void> => {
    await dropOldPages();
    await dropOldEngines();
    await self.clients.claim();
  };
  event.waitUntil(settle());
});

self.addEventListener('fetch', (event) => {
  for (const answerer of answerers) {
    const answer = answerer(event);
    if (answer) return event.respondWith(answer);
  }
});

self.addEventListener('message', (event) => {
  const answer = answerQuestion(event);
  if (answer) event.waitUntil(answer);
});
