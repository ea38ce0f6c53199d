/** Small things that the worker remembers. In the Cache API: it must open whenever the page's own files do. */
import { home } from './build.ts';

const CACHE = 'promptevolver/notes';
const keyOf = (name: string): string => new URL(name, home()).href;

export async function readNote(name: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(keyOf(name));
}

export async function writeNote(name: string, note: Response): Promise<void> {
  await (await caches.open(CACHE)).put(keyOf(name), note);
}
