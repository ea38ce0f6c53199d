/** Writing into the page's own space, with one word for a disk that is full. */
import { EngineError } from './errors.ts';

export const FULL = 'The disk, or the browser’s share of it, is full.';

/** What is used of a `FileSystemSyncAccessHandle`, which the types of pages do not know. */
export interface OpenFile {
  getSize(): number;
  truncate(size: number): void;
  /** Bytes written. */
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Says that there is no room, with what is known of why. */
export type Full = (detail: string, cause?: unknown) => EngineError;

/** @throws what `full` makes of it: it shows as an exception or, in Chrome's private windows, as a count of bytes that is no such count */
export function write(out: Pick<OpenFile, 'write'>, bytes: Uint8Array<ArrayBuffer>, at: number, full: Full = noSpace): void {
  let written: number;
  try {
    written = out.write(bytes, { at });
  } catch (cause) {
    throw full(FULL, cause);
  }
  if (written !== bytes.length) throw full(FULL);
}

/**
 * Checks for room before the first byte is written.
 * @throws what `full` makes of it
 */
export async function needRoom(bytes: number, full: Full = noSpace): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  if (quota === undefined || usage === undefined || quota - usage >= bytes) return;
  throw full(`It needs ${megabytes(bytes)}, and the browser allows this page ${megabytes(Math.max(0, quota - usage))} more.`);
}

export const noSpace = (detail = '', cause?: unknown): EngineError =>
  new EngineError(
    'no-space',
    `There is no room for this model. ${detail} Free some disk space, remove another model, or choose a smaller one.`.replace('  ', ' '),
    { cause },
  );

/** The browser's own word for it, which any call that makes or grows a file may say. */
export const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
