/**
 * Reads a zip that came from outside: by its list at the end, so that a file of gigabytes is never in memory, and with
 * limits on what it may claim. Stored entries stay slices of the zip itself.
 */
import { EngineError } from '../../engines/errors.ts';
import { pathProblem } from './paths.ts';
import { BlobReader, ZipReader, type Entry, type FileEntry } from './zip.ts';

export interface ZipEntry {
  path: string;
  bytes: number;
  /** The whole content, checked. @throws EngineError `not-a-model` when it is damaged */
  open(signal?: AbortSignal): Promise<Blob>;
}

const MOST_ENTRIES = 4096;
/** Of the list, bytes. */
const MOST_LIST = 4 * 2 ** 20;
const MOST_BYTES = 64e9;
/** Text shrinks to a twentieth at most; a thousandth is a trick. */
const MOST_RATIO = 200;
const STORED = 0;
const DEFLATED = 8;

const refused = (why: string, cause?: unknown): EngineError =>
  new EngineError('not-a-model', `This zip cannot be used: ${why}. Make it anew, or unpack it and import the folder.`, { cause });

/** The package reads the whole list at once, as long as the zip says it is. */
class Careful extends BlobReader {
  override readUint8Array(from: number, bytes: number): ReturnType<BlobReader['readUint8Array']> {
    if (bytes > MOST_LIST) throw refused('its list of files is longer than that of any model');
    return super.readUint8Array(from, bytes);
  }
}

/** @throws EngineError `not-a-model` with what is wrong with it */
export async function readZip(zip: Blob): Promise<ZipEntry[]> {
  let listed: FileEntry[];
  try {
    listed = await list(zip);
  } catch (error) {
    throw error instanceof EngineError ? error : refused('it is no zip, or it is damaged or cut short', error);
  }
  let end = 0;
  let total = 0;
  // Parts of a zip that lie in one another hold more than there is.
  for (const { offset, compressedSize, uncompressedSize, filename } of [...listed].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw refused('its files lie in one another');
    end = offset + compressedSize;
    total += uncompressedSize;
    if (uncompressedSize > compressedSize * MOST_RATIO + 1e6) throw refused(`${filename} claims to hold far more than it can`);
  }
  if (end > zip.size) throw refused('it is damaged or cut short');
  if (total > MOST_BYTES) throw refused('it claims to hold more than 64 GB');
  return listed.map((entry) => ({ path: entry.filename, bytes: entry.uncompressedSize, open: (signal) => open(zip, entry, signal) }));
}

async function list(zip: Blob): Promise<FileEntry[]> {
  // The names are judged here, with a sentence for each fault.
  const entries = new ZipReader(new Careful(zip), { filenameValidation: 'tolerant' }).getEntriesGenerator();
  const found = new Map<string, FileEntry>();
  let count = 0;
  for await (const entry of entries) {
    if (++count > MOST_ENTRIES) throw refused(`it has more than the ${MOST_ENTRIES} files of any model`);
    if (entry.filename.endsWith('/')) continue;
    const file = judged(entry);
    if (found.has(file.filename)) throw refused(`${file.filename} is in it twice`);
    found.set(file.filename, file);
  }
  return [...found.values()];
}

function judged(entry: Entry): FileEntry {
  const { filename, encrypted, compressionMethod, compressedSize, uncompressedSize } = entry;
  const problem = pathProblem(filename);
  if (problem) throw refused(problem);
  if (encrypted) throw refused('it is locked with a password');
  if (entry.directory || (compressionMethod !== STORED && compressionMethod !== DEFLATED))
    throw refused(`${filename} is packed in a way that is not known here`);
  if (compressionMethod === STORED && compressedSize !== uncompressedSize) throw refused('it is damaged or cut short');
  return entry;
}

async function open(zip: Blob, entry: FileEntry, signal?: AbortSignal): Promise<Blob> {
  const { filename, compressionMethod, compressedSize } = entry;
  const checked = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const options = { checkCrc32: true, ...(signal && { signal }) };
  try {
    const stored = compressionMethod === STORED;
    const [blob] = await Promise.all([
      stored ? checked.readable.pipeTo(new WritableStream()) : new Response(checked.readable).blob(),
      entry.getData(checked.writable, options),
    ]);
    if (blob) return blob;
    const from = entry.localDirectory!.dataOffset;
    return zip.slice(from, from + compressedSize);
  } catch (error) {
    signal?.throwIfAborted();
    throw refused(`${filename} in it is damaged`, error);
  }
}
