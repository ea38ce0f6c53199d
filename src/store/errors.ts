/** Storage errors that a person can act on. As with engines, the code is the error's `name`. */
export type StoreErrorCode = 'no-storage' | 'storage-blocked' | 'storage-timeout' | 'storage-newer' | 'storage-full' | 'storage-failed';

export class StoreError extends Error {
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
  }
}

const SENTENCES: Record<StoreErrorCode, string> = {
  'no-storage':
    'This browser window gives the page no storage, so a run could not be kept. Open the page in a normal window and allow it to store data.',
  'storage-blocked': 'Another tab still uses an older version of this page. Close the other tabs, then reload this one.',
  'storage-timeout':
    'The browser did not open its storage. Close other tabs of this page and reload; if that does not help, restart the browser.',
  'storage-newer': 'A newer version of this page has already used this storage. Reload the page to get that version.',
  'storage-full':
    'The space for this page is full, so nothing more could be stored; what was stored is kept. Remove a model or old runs, or free disk space, then go on.',
  'storage-failed': 'The browser could not read or write its storage; what was stored before is kept. Reload the page and try again.',
};

export const storeError = (code: StoreErrorCode, cause?: unknown): StoreError => new StoreError(code, SENTENCES[code], { cause });

/** Any error of IndexedDB as a sentence. Errors that are none of its own pass through. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const name = (error as { name?: unknown } | null)?.name;
  switch (name) {
    case 'QuotaExceededError':
      return storeError('storage-full', error);
    case 'VersionError':
      return storeError('storage-newer', error);
    case 'SecurityError':
    case 'InvalidStateError':
    case 'NotAllowedError':
      return storeError('no-storage', error);
    case 'UnknownError':
    case 'AbortError':
    case 'TransactionInactiveError':
    case 'NotFoundError':
      return storeError('storage-failed', error);
    default:
      return error;
  }
}
