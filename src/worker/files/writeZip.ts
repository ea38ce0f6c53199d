/** One zip of files, written piece by piece into the page's own space: nothing of it is held in memory. */
import { FULL, needRoom, write, type OpenFile } from '../../engines/disk.ts';
import { EngineError } from '../../engines/errors.ts';
import type { ReadableFile } from '../../engines/stored.ts';
import { BlobReader, ZipWriter } from './zip.ts';

const FOLDER = 'exports';
/** Bytes. */
const MOST_PLAIN = 4_200_000_000;

/** @throws EngineError `no-space` when it is too large for the disk */
export async function writeZip(
  name: string,
  files: readonly ReadableFile[],
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<File> {
  await needRoom(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    full,
  );
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const handle = await folder.getFileHandle(name, { create: true });
  const out = await (handle as unknown as { createSyncAccessHandle(): Promise<OpenFile> }).createSyncAccessHandle();
  try {
    out.truncate(0);
    await pack(files, out, onBytes, signal);
    out.flush();
  } catch (error) {
    out.close();
    await folder.removeEntry(name).catch(() => {});
    signal.throwIfAborted();
    throw error;
  }
  out.close();
  return handle.getFile();
}

/** @throws EngineError `no-space`, or what a file's own `open` throws */
export async function pack(
  files: readonly ReadableFile[],
  out: Pick<OpenFile, 'write'>,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(chunk) {
      write(out, chunk, at, full);
      at += chunk.length;
    },
  });
  // The plain form cannot say larger numbers, and the package finds that out too late.
  const zip64 = files.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_PLAIN;
  // Weights do not shrink: they are stored as they are.
  const zip = new ZipWriter(sink, { level: 0, zip64, signal });
  for (const { name, open } of files) {
    signal.throwIfAborted();
    let told = 0;
    const onprogress = (done: number) => {
      onBytes(done - told);
      told = done;
      return undefined;
    };
    const blob = await open();
    await zip.add(name, new BlobReader(blob), { onprogress });
    onprogress(blob.size);
  }
  await zip.close();
}

/** Removes what earlier exports left. */
export async function dropExports(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
  } catch {
    // There are none, or this browser keeps no files.
  }
}

const full = (detail = FULL, cause?: unknown): EngineError =>
  new EngineError(
    'no-space',
    `There is no room to make the zip: it takes as much as the model once more. ${detail} Free some disk space, then export it again.`,
    { cause },
  );
