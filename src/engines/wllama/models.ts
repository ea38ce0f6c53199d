/** The GGUF models on this machine: is it here, take one in, open it, remove it. */
import { isFull, needRoom, noSpace, write } from '../disk.ts';
import type { LoadProgress, ModelRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { fileMark, markedId, nameOf } from '../modelId.ts';
import { download } from './download.ts';
import { isGguf, readGgufHeader, type GgufHeader } from './gguf-header.ts';
import {
  lastPart,
  markedName,
  openForWriting,
  openWhole,
  removeFile,
  removeFormer,
  storedName,
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
 * Copies a GGUF that the person dropped in to the private file system, so that a reload finds it. Another file of the same
 * name is another model; the same file dropped again is not copied again.
 * @param known the model by address that this file is known to be: it is then that one, and needs no download
 * @throws EngineError `not-a-model`, `wrong-size`, `no-space`, `aborted`
 */
export async function importFile(
  file: File,
  onProgress: (p: LoadProgress) => void,
  signal?: AbortSignal,
  known?: Extract<WllamaRef, { url: string }>,
): Promise<WllamaRef> {
  onProgress({ phase: 'check', bytesDone: 0, bytesTotal: file.size, secondsLeft: null, text: `Checking ${file.name}` });
  await checkedHeader(file, file.name);
  if (known?.bytes && known.bytes !== file.size)
    throw new EngineError(
      'wrong-size',
      `${file.name} has ${file.size} bytes and should have ${known.bytes}: it was not copied whole, or is another model. Copy it again.`,
    );
  const mark = await fileMark(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const name = known ? await storedName(known) : markedName(mark, file.name);
  const title = file.name.replace(/\.gguf$/i, '');
  const ref: WllamaRef = known ?? { engine: 'wllama', id: markedId(title, mark), file: name, bytes: file.size, title };
  if ((await openWhole(name))?.size === file.size) return ref;
  await needRoom(file.size);
  const out = await openForWriting(name);
  const url = known?.url ?? '';
  try {
    out.truncate(0);
    await writeNote(name, { url, bytes: file.size, etag: '', whole: false });
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
    await writeNote(name, { url, bytes: at, etag: known ? '' : String(file.lastModified), whole: true });
    return ref;
  } catch (error) {
    out.close();
    await removeFile(name);
    if (signal?.aborted) throw new EngineError('aborted', 'The file was not taken in.', { cause: error });
    if (error instanceof EngineError) throw error;
    if (isFull(error)) throw noSpace('', error);
    throw unreadable(file, error);
  } finally {
    out.close();
  }
}

const unreadable = (file: File, cause: unknown) =>
  new EngineError('not-a-model', `${file.name} can’t be read any more. Was it moved? Choose it again.`, { cause });

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
  const called = 'url' in ref ? lastPart(ref.url) : `${nameOf(ref.id)}.gguf`;
  if (/-\d{5}-of-\d{5}\.gguf$/.test(called) && !called.endsWith('-00001-of-00001.gguf')) throw inParts(called);
  let file = await openWhole(name);
  if (!file && 'url' in ref) {
    await fetched(ref, name, onProgress, signal);
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

/** Downloads; what came from the same address before the file there changed makes room for it, at the latest when it is whole. */
async function fetched(
  ref: Extract<WllamaRef, { url: string }>,
  name: string,
  onProgress: (p: LoadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { url: ref.url, name, bytes: ref.bytes, signal, onProgress };
  try {
    await download(wanted);
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'no-space') || (await removeFormer(ref.url, name)) === 0) throw error;
    await download(wanted);
  }
  await removeFormer(ref.url, name);
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
