/**
 * The service worker: the page without a network, its updates, the headers that a static host does not send, the API, and
 * what other apps share.
 */
import { answerApi } from './api/answerApi.ts';
import { answerShared } from './answerShared.ts';
import { cacheName } from './build.ts';
import { dropOldBuilds, setMark } from './builds.ts';
import { answerEngine, dropOldEngines } from './engineFiles.ts';
import { keepAll } from './keepAll.ts';
import { answerModelList } from './modelList.ts';
import { answerPage } from './pageFiles.ts';
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

/** Held while a version brings what it needs, so that nothing of it is taken for old meanwhile. */
const keeping = (): string => cacheName('keeping');

const install = (): Promise<void> => navigator.locks.request(keeping(), keepAll);

/** What can not be dropped now is looked at again with the next page. */
const tidy = (comesIn = false): Promise<void> =>
  navigator.locks.request(keeping(), { ifAvailable: true }, async (lock) => {
    if (lock && (await dropOldBuilds(comesIn))) await dropOldEngines();
  });

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => {
  const settle = async (): Promise<void> => {
    // On a full disk the page is taken over all the same; what is dropped first may make room.
    await tidy(true).catch(() => {});
    await setMark('used').catch(() => {});
    await self.clients.claim();
  };
  event.waitUntil(settle());
});

self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.waitUntil(new Promise((done) => setTimeout(done, GONE)).then(() => tidy()).catch(() => {}));
  for (const answerer of answerers) {
    const answer = answerer(event);
    if (answer) return event.respondWith(answer);
  }
});

self.addEventListener('message', (event) => {
  const answer = answerQuestion(event);
  if (answer) event.waitUntil(answer);
});
