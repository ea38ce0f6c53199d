/** Keys of the person's servers, by address: in memory, and in the browser's storage only where the person asked for that. */
import { readPreference, writePreference } from './preferences.ts';

const held = new Map<string, string>();

const remembered = async (): Promise<Record<string, string>> => (await readPreference('serverKeys').catch(() => undefined)) ?? {};

/** @param url where the server's interface begins, as a `ServerRef` has it */
export async function keyFor(url: string): Promise<string | undefined> {
  if (held.has(url)) return held.get(url);
  const keys = await remembered();
  return Object.hasOwn(keys, url) ? keys[url] : undefined;
}

export const isRemembered = async (url: string): Promise<boolean> => Object.hasOwn(await remembered(), url);

/** @throws StoreError when it can not be remembered; it is held in memory all the same */
export async function holdKey(url: string, key: string, remember: boolean): Promise<void> {
  held.set(url, key);
  if (remember) await writePreference('serverKeys', { ...(await remembered()), [url]: key });
  else await drop(url);
}

export async function forgetKey(url: string): Promise<void> {
  held.delete(url);
  await drop(url);
}

async function drop(url: string): Promise<void> {
  const keys = await remembered();
  if (!Object.hasOwn(keys, url)) return;
  delete keys[url];
  await writePreference('serverKeys', Object.keys(keys).length > 0 ? keys : undefined);
}
