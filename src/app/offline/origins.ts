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
 */
export async function confirmOrigins(addresses: readonly string[]): Promise<number> {
  const origins = originsOf(addresses, location.origin);
  if (origins.length === 0) return 0;
  try {
    const { ask } = await import('./serviceWorker.ts');
    const allowed = (await ask('allow', { origins })) ?? [];
    return Math.max(0, ...allowed.filter(({ origin }) => origins.includes(origin)).map(({ at }) => at));
  } catch {
    // An address that no policy can name: whoever asks it hears why.
    return 0;
  }
}
