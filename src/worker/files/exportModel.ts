/** A model's files out of the browser: into a folder that the person chose, or as one zip. */
import type { ModelRef } from '../../engines/engine.ts';
import { EngineError } from '../../engines/errors.ts';
import { nameOf } from '../../engines/modelId.ts';
import type { OnBytes, ReadableFile } from '../../engines/stored.ts';
import { NOTE, noteOf } from './note.ts';
import { safeName } from './paths.ts';
import { writeZip } from './writeZip.ts';

interface Parts {
  folder: string;
  files: ReadableFile[];
  total: number;
}

async function partsOf(ref: ModelRef): Promise<Parts> {
  if (ref.engine === 'openai') throw new EngineError('not-a-model', 'This model lies on a server, not in this browser.');
  const files =
    ref.engine === 'webllm'
      ? await (await import('../../engines/webllm/stored.ts')).readStored(ref)
      : await (await import('../../engines/wllama/index.ts')).readStored(ref);
  const title = ref.title ?? nameOf(ref.id);
  const note = new Blob([noteOf(ref, title)]);
  files.push({ name: NOTE, bytes: note.size, open: async () => note });
  // A known model is known again by its id, also without the note.
  const folder = safeName('weightsUrl' in ref || ref.engine === 'wllama' ? title : nameOf(ref.id));
  return { folder, files, total: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** @returns the name of the folder that was made. @throws EngineError `no-space`, `not-a-model`, `aborted` */
export async function exportFolder(ref: ModelRef, to: FileSystemDirectoryHandle, onBytes: OnBytes, signal: AbortSignal): Promise<string> {
  const { folder, files, total } = await partsOf(ref);
  let done = 0;
  const made = await to.getDirectoryHandle(folder, { create: true }).catch((cause: unknown) => {
    throw unwritable(cause);
  });
  for (const { name, open } of files) {
    signal.throwIfAborted();
    const blob = await open();
    try {
      const parts = name.split('/');
      let inside = made;
      for (const part of parts.slice(0, -1)) inside = await inside.getDirectoryHandle(part, { create: true });
      const out = await (await inside.getFileHandle(parts.at(-1)!, { create: true })).createWritable();
      const count = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, next) {
          onBytes((done += chunk.length), total);
          next.enqueue(chunk);
        },
      });
      await blob.stream().pipeThrough(count).pipeTo(out, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw unwritable(error);
    }
  }
  return folder;
}

const unwritable = (cause: unknown): EngineError =>
  (cause as Error).name === 'QuotaExceededError'
    ? new EngineError('no-space', 'The disk with that folder is full. Free some space, or choose another folder.', { cause })
    : new EngineError('download-failed', 'That folder could not be written to. Choose another one, and allow the page to save there.', {
        cause,
      });

/** @throws EngineError `no-space`, `not-a-model`, `aborted` */
export async function exportZip(ref: ModelRef, onBytes: OnBytes, signal: AbortSignal): Promise<File> {
  const { folder, files, total } = await partsOf(ref);
  let done = 0;
  const entries = files.map((file) => ({ ...file, name: `${folder}/${file.name}` }));
  return writeZip(`${folder}.zip`, entries, (bytes) => onBytes((done += bytes), total), signal);
}
