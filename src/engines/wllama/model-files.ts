/**
 * GGUF files in the origin's private file system: one folder, and beside each file a note that says what it is and
 * whether it is whole. Works in a worker only, because only there files can be written in place.
 */
import { FULL, isFull, noSpace, write, type OpenFile } from '../disk.ts';
import type { ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';

export type WllamaRef = Extract<ModelRef, { engine: 'wllama' }>;

const FOLDER = 'gguf';

/** What is known of a file that is here, whole or in part. */
export interface Note {
  /** Address it came from; empty for a file that was dropped in. */
  url: string;
  /** Bytes of the whole file; 0 when unknown. */
  bytes: number;
  /** The server's mark of this version, when it showed one. */
  etag: string;
  whole: boolean;
}

/** @throws EngineError `no-space` where the browser keeps no files */
async function folder(): Promise<FileSystemDirectoryHandle> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch (cause) {
    if (isFull(cause)) throw noSpace(FULL, cause);
    throw new EngineError(
      'no-space',
      'This browser keeps no files for this page, as in a private window or in a frame of another site. Open the page in a normal window of its own.',
      { cause },
    );
  }
}

/** The name under which a model lies in the folder. A part behind a number sign tells apart what one address leads to over time. */
export async function storedName(ref: WllamaRef): Promise<string> {
  if ('file' in ref) return ref.file;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(ref.url)));
  const mark = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return markedName(mark, lastPart(ref.url));
}

export const markedName = (mark: string, name: string): string => `${mark}-${name.replace(/[^\w.-]+/g, '_').slice(-100)}`;
/** The file's name in an address, for messages and names. */
export const lastPart = (url: string): string => decodeURI(new URL(url).pathname.split('/').pop() || 'model.gguf');

export async function readNote(name: string): Promise<Note | null> {
  try {
    const file = await (await (await folder()).getFileHandle(`${name}.json`)).getFile();
    return JSON.parse(await file.text()) as Note;
  } catch {
    return null;
  }
}

export async function writeNote(name: string, note: Note): Promise<void> {
  const out = await openForWriting(`${name}.json`);
  try {
    out.truncate(0);
    write(out, new TextEncoder().encode(JSON.stringify(note)), 0);
    out.flush();
  } finally {
    out.close();
  }
}

/** @throws EngineError `download-failed` when another tab writes the same file, `no-space` */
export async function openForWriting(name: string): Promise<OpenFile> {
  const all = await folder();
  try {
    const handle = (await all.getFileHandle(name, { create: true })) as unknown as { createSyncAccessHandle(): Promise<OpenFile> };
    return await handle.createSyncAccessHandle();
  } catch (cause) {
    if (isFull(cause)) throw noSpace(FULL, cause);
    throw new EngineError(
      'download-failed',
      'This model is being fetched in another tab. Wait for it there, or close that tab and try again.',
      { cause },
    );
  }
}

/** The whole file, or null when it is not here or not whole. */
export async function openWhole(name: string): Promise<File | null> {
  const note = await readNote(name);
  if (!note?.whole) return null;
  try {
    const file = await (await (await folder()).getFileHandle(name)).getFile();
    return file.size === note.bytes ? file : null;
  } catch {
    return null;
  }
}

/** Removes what came from an address before the file there changed: nothing on offer leads to it any more. Answers how many. */
export async function removeFormer(url: string, name: string): Promise<number> {
  const [place, mark] = url.split('#');
  if (mark === undefined) return 0;
  const all = (await folder()) as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };
  const former: string[] = [];
  for await (const entry of all.keys()) {
    const other = entry.replace(/\.json$/, '');
    if (other !== entry && other !== name && (await readNote(other))?.url.startsWith(`${place}#`)) former.push(other);
  }
  for (const other of former) await removeFile(other);
  return former.length;
}

/** Every file of a model, whole or in part. */
export async function filesHere(): Promise<{ name: string; bytes: number }[]> {
  const all = (await folder()) as FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };
  const found: { name: string; bytes: number }[] = [];
  for await (const handle of all.values()) {
    if (handle.kind !== 'file' || handle.name.endsWith('.json')) continue;
    // A file that is being written may refuse to be read; it is there all the same.
    const file = await (handle as FileSystemFileHandle).getFile().catch(() => null);
    found.push({ name: handle.name, bytes: file?.size ?? 0 });
  }
  return found;
}

export async function removeFile(name: string): Promise<void> {
  const all = await folder();
  for (const entry of [`${name}.json`, name]) {
    try {
      await all.removeEntry(entry);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    }
  }
}
