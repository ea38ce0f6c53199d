/** What lies of GGUF models in the private file system: listed, checked, read out, taken in under a known name. */
import { EngineError } from '../errors.ts';
import { fileMark } from '../modelId.ts';
import type { CheckReport, OnBytes, ReadableFile, StoredModel } from '../stored.ts';
import { readGgufHeader } from './gguf-header.ts';
import { filesHere, openWhole, readNote, storedName, type WllamaRef } from './model-files.ts';

/** Everything that is there, models of `refs` by their own name. Nothing where the browser keeps no files. */
export async function listStored(refs: readonly WllamaRef[]): Promise<StoredModel[]> {
  const files = await filesHere().catch(() => []);
  const named = new Map<string, WllamaRef>();
  for (const ref of refs) named.set(await storedName(ref).catch(() => ''), ref);
  return Promise.all(
    files.map(async ({ name, bytes }): Promise<StoredModel> => {
      const ref = named.get(name) ?? null;
      const note = await readNote(name);
      const called = name.replace(/^[0-9a-f]{8,16}-/, '');
      return {
        kind: note?.whole ? 'gguf' : 'part',
        ref,
        place: name,
        title: ref?.title ?? called,
        files: [{ name: note?.whole ? called : `${called} (a part)`, bytes }],
        bytes,
      };
    }),
  );
}

/**
 * Holds a file against what is known of it: the size it came with, its own header, for a file that was opened here the
 * mark it got then, and, when there is a network, the size that its server names.
 */
export async function checkStored(ref: WllamaRef, onBytes: OnBytes, signal: AbortSignal): Promise<CheckReport> {
  const name = await storedName(ref);
  const note = await readNote(name);
  const file = await openWhole(name);
  const report = (faults: string[], by: CheckReport['by'] = 'sizes'): CheckReport => ({ files: 1, bytes: file?.size ?? 0, by, faults });
  if (!note) return report(['The file is missing.']);
  if (!file)
    return report([note.whole ? `The file has not the ${note.bytes} bytes that were stored.` : 'Only a part of the file is here.']);
  const faults: string[] = [];
  try {
    const header = await readGgufHeader(file, 'The file');
    if (file.size < header.leastBytes) faults.push('The file is cut short.');
  } catch (error) {
    faults.push((error as Error).message);
  }
  const expected = ref.bytes ?? ('url' in ref ? await servedBytes(ref.url, signal) : null);
  if (expected && expected !== file.size) faults.push(`The file has ${file.size} bytes instead of ${expected}.`);
  const mark = 'file' in ref ? /^([0-9a-f]{8})-/.exec(ref.file)?.[1] : undefined;
  if (mark && (await fileMark(file)) !== mark) faults.push('The file has other bytes than when it was opened.');
  onBytes(file.size, file.size);
  return report(faults, mark ? 'hashes' : 'sizes');
}

/** @throws EngineError `not-a-model` when the model is not here */
export async function readStored(ref: WllamaRef): Promise<ReadableFile[]> {
  const name = await storedName(ref);
  const file = await openWhole(name);
  if (!file)
    throw new EngineError('not-a-model', 'The whole file is not on this machine, so there is nothing to export. Load the model once.');
  return [{ name: name.replace(/^[0-9a-f]{8,16}-/, ''), bytes: file.size, open: async () => file }];
}

/** What the server says now; null when it does not, or there is no network. */
async function servedBytes(url: string, signal: AbortSignal): Promise<number | null> {
  if (!navigator.onLine) return null;
  try {
    const response = await fetch(url, { method: 'HEAD', credentials: 'omit', signal });
    const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    return response.ok && length ? Number(length) : null;
  } catch {
    return null;
  }
}
