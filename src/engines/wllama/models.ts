/** The GGUF models on this machine: is it here, take one in, open it, remove it. */
import type { LoadProgress, ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { download } from './download.ts';
import { isGguf, readGgufHeader, type GgufHeader } from './gguf-header.ts';
import {
  isFull,
  lastPart,
  needRoom,
  noSpace,
  openForWriting,
  openWhole,
  removeFile,
  safeName,
  storedName,
  write,
  writeNote,
  type WllamaRef,
} from './model-files.ts';
import { createSpeed } from './speed.ts';

/** True when the whole model lies on this machine, so that loading it needs no network. */
export async function here(ref: ModelRef): Promise<boolean> {
  if (ref.engine !== 'wllama') return false;
  // An address that is none, or a browser without storage: not here.
  return (await openWhole(await storedName(ref)).catch(() => null)) !== null;
}

/** Removes the model's file, whole or in part. Removing what is not here does nothing. */
export async function remove(ref: ModelRef): Promise<void> {
  if (ref.engine === 'wllama') await removeFile(await storedName(ref));
}

/**
 * Copies a GGUF that the person dropped in to the private file system, so that a reload finds it.
 * The same file dropped again takes its own place.
 * @throws EngineError `not-a-model`, `no-space`, `aborted`
 */
export async function importFile(file: File, onProgress: (p: LoadProgress) => void, signal?: AbortSignal): Promise<ModelRef> {
  onProgress({ phase: 'check', bytesDone: 0, bytesTotal: file.size, secondsLeft: null, text: `Checking ${file.name}` });
  await checkedHeader(file, file.name);
  const name = safeName(file.name);
  const ref: WllamaRef = { engine: 'wllama', id: file.name.replace(/\.gguf$/i, ''), file: name, bytes: file.size };
  if (await sameFile(name, file)) return ref;
  await needRoom(file.size);
  const out = await openForWriting(name);
  try {
    out.truncate(0);
    await writeNote(name, { url: '', bytes: file.size, etag: '', whole: false });
    const speed = createSpeed();
    const body = file.stream().getReader();
    let at = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await body.read();
      if (done) break;
      write(out, value, at);
      at += value.length;
      speed.add(value.length);
      onProgress({
        phase: 'download',
        bytesDone: at,
        bytesTotal: file.size,
        secondsLeft: speed.secondsLeft(file.size - at),
        text: `Copying ${file.name}`,
      });
    }
    out.flush();
    await writeNote(name, { url: '', bytes: at, etag: String(file.lastModified), whole: true });
    return ref;
  } catch (error) {
    out.close();
    await removeFile(name);
    if (signal?.aborted) throw new EngineError('aborted', 'The file was not taken in.', { cause: error });
    if (error instanceof EngineError) throw error;
    if (isFull(error)) throw noSpace('', error);
    throw new EngineError('not-a-model', `${file.name} can’t be read any more. Was it moved? Choose it again.`, { cause: error });
  } finally {
    out.close();
  }
}

/** Same size and same beginning and end: taken for the same, so that a model is not copied twice. */
async function sameFile(name: string, file: File): Promise<boolean> {
  const old = await openWhole(name);
  if (old?.size !== file.size) return false;
  const ends = async (blob: Blob) => new Uint8Array(await new Blob([blob.slice(0, 65536), blob.slice(-65536)]).arrayBuffer());
  const [a, b] = await Promise.all([ends(old), ends(file)]);
  return a.every((byte, i) => byte === b[i]);
}

/**
 * The model's file and header, downloaded first when it is not here.
 * @throws EngineError
 */
export async function openModel(
  ref: WllamaRef,
  onProgress: (p: LoadProgress) => void,
  signal: AbortSignal,
): Promise<{ file: File; header: GgufHeader }> {
  const name = await storedName(ref).catch((cause: unknown) => {
    throw new EngineError('bad-address', `${'url' in ref ? ref.url : ''} is not an address. Give one that begins with https://.`, {
      cause,
    });
  });
  const called = 'url' in ref ? lastPart(ref.url) : ref.file;
  if (/-\d{5}-of-\d{5}\.gguf$/.test(called) && !called.endsWith('-00001-of-00001.gguf')) throw inParts(called);
  let file = await openWhole(name);
  if (!file && 'url' in ref) {
    await download({ url: ref.url, name, bytes: ref.bytes, signal, onProgress });
    file = await openWhole(name);
  }
  if (!file) throw new EngineError('not-a-model', `${called} is no longer on this machine. Drop the file in again.`);
  onProgress({ phase: 'verify', bytesDone: file.size, bytesTotal: file.size, secondsLeft: 0, text: `Checking ${called}` });
  try {
    return { file, header: await checkedHeader(file, called) };
  } catch (error) {
    await removeFile(name);
    throw error;
  }
}

/** @throws EngineError `not-a-model` when it can’t be a whole model in one file */
async function checkedHeader(file: Blob, called: string): Promise<GgufHeader> {
  if (!isGguf(new Uint8Array(await file.slice(0, 4).arrayBuffer()))) {
    throw new EngineError('not-a-model', `${called} is not a GGUF model. Choose a file that ends in .gguf.`);
  }
  const header = await readGgufHeader(file, called);
  if (header.parts > 1) throw inParts(called);
  if (file.size < header.leastBytes) throw new EngineError('not-a-model', `${called} is cut short. Fetch it again, whole.`);
  return header;
}

const inParts = (called: string) =>
  new EngineError('not-a-model', `${called} is one of several parts of a model. Choose a model that comes in one file.`);
