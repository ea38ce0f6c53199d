/** The page's side of the service worker: registered once, and asked. Fetched on demand, after the first paint. */
import type { Questions, Refusal } from '../../sw/protocol.ts';

/**
 * null where there is none: during development, in a private or framed page that the browser lets store nothing, or on an
 * unsafe address. Everything else works without it.
 */
export const registration: Promise<ServiceWorkerRegistration | null> = register();

async function register(): Promise<ServiceWorkerRegistration | null> {
  if (!import.meta.env.PROD) return null;
  try {
    return await navigator.serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  } catch {
    return null;
  }
}

/** How long an answer may take, ms. A worker of an older build says nothing to what it does not know. */
const PATIENCE = 15_000;
/** With megabytes to fetch. */
const PATIENCE_WITH_FILES = 300_000;

/** @returns null where no worker is there to answer. @throws Error with the worker's name and sentence, or when it says nothing */
export async function ask<K extends keyof Questions>(
  type: K,
  question: Questions[K]['ask'],
  to?: ServiceWorker,
): Promise<Questions[K]['answer'] | null> {
  const found = await registration;
  // One that is still taking the page in hears already.
  const worker = to ?? found?.active ?? found?.waiting ?? found?.installing;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Questions[K]['answer'] | Refusal>((resolve, reject) => {
    port1.onmessage = ({ data }) => resolve(data as Questions[K]['answer'] | Refusal);
    const silent = () =>
      reject(new Error('The part of the app that works in the background did not answer. Reload the page, or close all its tabs once.'));
    const timer = setTimeout(silent, type === 'take-engine' ? PATIENCE_WITH_FILES : PATIENCE);
    port1.addEventListener('message', () => clearTimeout(timer));
  });
  worker.postMessage({ type, ...question }, [port2]);
  const given = await answer.finally(() => port1.close());
  if (given && 'refused' in given) throw Object.assign(new Error(given.refused), { name: given.name ?? 'Error' });
  return given;
}
