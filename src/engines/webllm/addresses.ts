/** How the package turns a record into cache keys, repeated here so that the downloader writes what it will look for. */
import { EngineError } from '../errors.ts';

export const CONFIG_FILE = 'mlc-chat-config.json';
export const MANIFEST_FILE = 'tensor-cache.json';

function absolute(address: string, what: string): URL {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch (cause) {
    throw new EngineError('bad-address', `The address of ${what} is not complete. Give it with https:// at its start.`, { cause });
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new EngineError('bad-address', `The address of ${what} must start with https:// or http://.`);
  }
  if (url.search || url.hash || url.username) {
    throw new EngineError('bad-address', `The address of ${what} must be a plain path, without a question mark, number sign or password.`);
  }
  return url;
}

/** The package's own rule: a folder, and `resolve/main/` unless a branch is named. */
export function cleanModelUrl(address: string): string {
  let href = absolute(address, 'the weights').href;
  if (!href.endsWith('/')) href += '/';
  if (!/.+\/resolve\/.+\//.test(href)) href += 'resolve/main/';
  return new URL(href).href;
}

/** Where the files may be: as the hub lays them out, and, for a plain mirror, right in the folder. The first that answers is used. */
export function weightsFolders(address: string): string[] {
  const clean = cleanModelUrl(address);
  const url = absolute(address, 'the weights');
  const plain = url.href.endsWith('/') ? url.href : `${url.href}/`;
  if (plain === clean) return [clean];
  return url.hostname === 'huggingface.co' ? [clean] : [plain, clean];
}

/**
 * The key under which a library is cached. The package never caches an address with the word localhost in it, so the key says
 * 127.0.0.1; it is only a key, the file is fetched from the address as given.
 */
export const cacheableLibraryUrl = (address: string): string => absolute(address, 'the library').href.replaceAll('localhost', '127.0.0.1');

/**
 * A file of a model by its name in the manifest.
 * @throws EngineError `not-a-model` when the name leads out of the model's folder
 */
export function fileUrl(folder: string, name: string): string {
  const href = new URL(name, folder).href;
  if (!href.startsWith(folder) || href === folder) {
    throw new EngineError(
      'not-a-model',
      'The list of this model’s files names one outside its folder, so it was not loaded. Check the address.',
    );
  }
  return href;
}
