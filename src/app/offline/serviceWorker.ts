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

/** @returns null where no worker is there to answer. @throws Error with the worker's sentence */
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
  const answer = new Promise<Questions[K]['answer'] | Refusal>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data as Questions[K]['answer'] | Refusal);
  });
  worker.postMessage({ type, ...question }, [port2]);
  const given = await answer;
  port1.close();
  if (given && 'refused' in given) throw new Error(given.refused);
  return given;
}
