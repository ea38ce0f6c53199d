/** One zip of files, written piece by piece into the page's own space: nothing of it is held in memory. */
import { Zip, ZipPassThrough } from 'fflate';
import { EngineError } from '../../engines/errors.ts';
import type { ReadableFile } from '../../engines/stored.ts';

const FOLDER = 'exports';
/** The format's plain form cannot say larger numbers. */
const MOST = 4_200_000_000;

interface SyncFile {
  truncate(size: number): void;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** @throws EngineError `no-space` when it is too large for a zip, or for the disk */
export async function writeZip(
  name: string,
  files: readonly ReadableFile[],
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<File> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MOST)
    throw new EngineError(
      'no-space',
      'This model is larger than 4 GB, too large for one zip. Use Chrome or Edge on a computer: there it is exported as a folder.',
    );
  await room(total);
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const handle = await folder.getFileHandle(name, { create: true });
  const out = await (handle as unknown as { createSyncAccessHandle(): Promise<SyncFile> }).createSyncAccessHandle();
  try {
    out.truncate(0);
    await pack(files, out, onBytes, signal);
    out.flush();
  } catch (error) {
    out.close();
    await folder.removeEntry(name).catch(() => {});
    throw error;
  }
  out.close();
  return handle.getFile();
}

async function pack(files: readonly ReadableFile[], out: SyncFile, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  let at = 0;
  let failed: unknown = null;
  const zip = new Zip((error, chunk) => {
    if (error) failed ??= error;
    if (failed) return;
    try {
      const written = out.write(chunk as Uint8Array<ArrayBuffer>, { at });
      if (written !== chunk.length) throw full();
      at += written;
    } catch (thrown) {
      failed = thrown instanceof EngineError ? thrown : full(thrown);
    }
  });
  for (const { name, open } of files) {
    // Weights do not shrink: they are stored as they are.
    const entry = new ZipPassThrough(name);
    zip.add(entry);
    const reader = (await open()).stream().getReader();
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (failed) throw failed;
      entry.push(value ?? new Uint8Array(0), done);
      if (done) break;
      onBytes(value.length);
    }
  }
  zip.end();
  if (failed) throw failed;
}

/** Removes what earlier exports left. */
export async function dropExports(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
  } catch {
    // There are none, or this browser keeps no files.
  }
}

async function room(bytes: number): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  if (quota !== undefined && usage !== undefined && quota - usage < bytes) throw full();
}

const full = (cause?: unknown): EngineError =>
  new EngineError(
    'no-space',
    'There is no room to make the zip: it takes as much as the model once more. Free some disk space, then export it again.',
    { cause },
  );
