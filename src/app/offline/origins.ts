/** What the page may ask besides its own origin: the person's own action names it, the service worker's policy lets it through. */
import { typedUrl } from '../../api/serverAddress.ts';
import type { ModelRef } from '../../engines/engine.ts';
import { hasAddress } from '../models/ownOffer.ts';

/** Where the catalogue's models for the graphics card and their libraries are. */
const HUB = ['https://huggingface.co', 'https://raw.githubusercontent.com'];

/** Addresses that loading a model asks; none for one whose files the person gave. */
export function addressesOf(ref: ModelRef): string[] {
  if (!hasAddress(ref)) return [];
  switch (ref.engine) {
    case 'webllm':
      return 'weightsUrl' in ref ? [ref.weightsUrl, ref.libraryUrl] : HUB;
    case 'wllama':
      return 'url' in ref ? [ref.url] : [];
    case 'openai':
      return [ref.url];
  }
}

/** As a person types them. Those of this site, and what is no address, name none. */
export function originsOf(addresses: readonly string[], own: string): string[] {
  const found = addresses.flatMap((address) => {
    try {
      return [typedUrl(address).origin];
    } catch {
      return [];
    }
  });
  return [...new Set(found)].filter((origin) => origin !== 'null' && origin !== own);
}

/**
 * Lets the page's workers reach these addresses from now on. To be called on what a person did, never on what a file says.
 * @returns when the last of them was confirmed, milliseconds since 1970, 0 for none: workers made before may not ask it
 * @throws Error not-allowed, for an address by https that no policy can name
 */
export async function confirmOrigins(addresses: readonly string[]): Promise<number> {
  const origins = originsOf(addresses, location.origin);
  if (origins.length === 0) return 0;
  try {
    const { ask } = await import('./serviceWorker.ts');
    const allowed = (await ask('allow', { origins })) ?? [];
    return Math.max(0, ...allowed.filter(({ origin }) => origins.includes(origin)).map(({ at }) => at));
  } catch (error) {
    // Who asks it anyway would take it for a server that is not there.
    if ((error as Error).name === 'not-allowed' && origins.some((origin) => origin.startsWith('https:'))) throw error;
    // Plain http elsewhere, or no storage: whoever asks it says what is wrong.
    return 0;
  }
}
