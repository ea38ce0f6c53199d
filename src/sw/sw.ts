/**
 * The service worker: the page without a network, its updates, the headers that a static host does not send, the API, and
 * what other apps share.
 */
import { answerApi } from './api/answerApi.ts';
import { answerShared } from './answerShared.ts';
import { dropOldBuilds, setMark } from './builds.ts';
import { answerEngine, dropOldEngines, keepTakenEngines } from './engineFiles.ts';
import { answerModelList } from './modelList.ts';
import { answerPage, keepPage } from './pageFiles.ts';
import { answerQuestion } from './questions.ts';
import { answerRead } from './redirects.ts';

declare const self: ServiceWorkerGlobalScope;

/** By then a page that was reloaded has gone, ms. */
const GONE = 5_000;

/** Asked in this order; what none answers goes to the network. */
const answerers: ((event: FetchEvent) => Promise<Response> | null)[] = [
  answerApi,
  answerShared,
  answerEngine,
  answerModelList,
  answerPage,
  answerRead,
];

async function tidy(): Promise<void> {
  if (await dropOldBuilds()) await dropOldEngines();
}

self.addEventListener('install', (event) => event.waitUntil(Promise.all([keepPage(), keepTakenEngines()])));

self.addEventListener('activate', (event) => {
  const settle = async (): Promise<void> => {
    await setMark('used');
    await tidy();
    await self.clients.claim();
  };
  event.waitUntil(settle());
});

self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.waitUntil(new Promise((done) => setTimeout(done, GONE)).then(tidy));
  for (const answerer of answerers) {
    const answer = answerer(event);
    if (answer) return event.respondWith(answer);
  }
});

self.addEventListener('message', (event) => {
  const answer = answerQuestion(event);
  if (answer) event.waitUntil(answer);
});
