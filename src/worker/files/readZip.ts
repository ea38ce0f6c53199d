/**
 * Reads a zip that came from outside: by its list at the end, so that a file of gigabytes is never in memory, and with
 * limits on what it may claim. Stored entries stay slices of the zip itself.
 */
import { EngineError } from '../../engines/errors.ts';
import { crc32 } from './crc32.ts';
import { pathProblem } from './paths.ts';

export interface ZipEntry {
  path: string;
  bytes: number;
  /** The whole content, checked. @throws EngineError `not-a-model` when it is damaged */
  open(signal?: AbortSignal): Promise<Blob>;
}

const MOST_ENTRIES = 4096;
const MOST_LIST = 4 * 2 ** 20;
const MOST_BYTES = 64e9;
/** Text shrinks to a twentieth at most; a thousandth is a trick. */
const MOST_RATIO = 200;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LISTED = 0x02014b50;
const LOCAL = 0x04034b50;
const FULL = 0xffffffff;

const refused = (why: string): EngineError =>
  new EngineError('not-a-model', `This zip cannot be used: ${why}. Make it anew, or unpack it and import the folder.`);
const cutShort = () => refused('it is damaged or cut short');

/** @throws EngineError `not-a-model` with what is wrong with it */
export async function readZip(zip: Blob): Promise<ZipEntry[]> {
  const listed = await list(zip).catch((error: unknown) => {
    throw error instanceof RangeError ? cutShort() : error;
  });
  let end = 0;
  let total = 0;
  // Parts of a zip that lie in one another hold more than there is.
  for (const { from, packed, bytes, path } of [...listed].sort((a, b) => a.from - b.from)) {
    if (from < end) throw refused('its files lie in one another');
    end = from + packed;
    total += bytes;
    if (bytes > packed * MOST_RATIO + 1e6) throw refused(`${path} claims to hold far more than it can`);
  }
  if (total > MOST_BYTES) throw refused('it claims to hold more than 64 GB');
  return listed.map((entry) => ({ path: entry.path, bytes: entry.bytes, open: (signal) => open(zip, entry, signal) }));
}

interface Listed {
  path: string;
  method: number;
  crc: number;
  packed: number;
  bytes: number;
  /** Of the local header in the zip. */
  from: number;
}

const viewOf = async (zip: Blob, from: number, to: number): Promise<DataView> => new DataView(await zip.slice(from, to).arrayBuffer());

async function list(zip: Blob): Promise<Listed[]> {
  const { count, size, from } = await findList(zip);
  if (count > MOST_ENTRIES) throw refused(`it has ${count} files, more than the ${MOST_ENTRIES} of any model`);
  if (size > MOST_LIST || from + size > zip.size) throw cutShort();
  const view = await viewOf(zip, from, from + size);
  const found: Listed[] = [];
  const seen = new Set<string>();
  for (let at = 0, i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== LISTED) throw cutShort();
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number];
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const path = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameBytes));
    const sizes = wide(view, at, at + 46 + nameBytes, extraBytes);
    at += 46 + nameBytes + extraBytes + noteBytes;
    if (path.endsWith('/')) continue;
    const problem = pathProblem(path);
    if (problem) throw refused(problem);
    if (seen.has(path)) throw refused(`${path} is in it twice`);
    seen.add(path);
    if (flags & 1) throw refused('it is locked with a password');
    if (method !== 0 && method !== 8) throw refused(`${path} is packed in a way that is not known here`);
    if (sizes.from + sizes.packed > from) throw cutShort();
    if (method === 0 && sizes.packed !== sizes.bytes) throw cutShort();
    found.push({ path, method, ...sizes });
  }
  return found;
}

/** Sizes and place of an entry; where they do not fit in 32 bits they stand in its extra field. */
function wide(view: DataView, at: number, extraAt: number, extraBytes: number): Pick<Listed, 'crc' | 'packed' | 'bytes' | 'from'> {
  const crc = view.getUint32(at + 16, true);
  let [packed, bytes, from] = [20, 24, 42].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
  for (let e = extraAt; e + 4 <= extraAt + extraBytes; e += 4 + view.getUint16(e + 2, true)) {
    if (view.getUint16(e, true) !== 1) continue;
    let next = e + 4;
    const take = () => Number(view.getBigUint64((next += 8) - 8, true));
    if (bytes === FULL) bytes = take();
    if (packed === FULL) packed = take();
    if (from === FULL) from = take();
    break;
  }
  return { crc, packed, bytes, from };
}

/** The record at the end may have a comment of up to 64 KiB behind it. */
async function findList(zip: Blob): Promise<{ count: number; size: number; from: number }> {
  const start = Math.max(0, zip.size - 22 - 65_535 - 20);
  const view = await viewOf(zip, start, zip.size);
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const plain = { count: view.getUint16(at + 10, true), size: view.getUint32(at + 12, true), from: view.getUint32(at + 16, true) };
    if (plain.count !== 0xffff && plain.size !== FULL && plain.from !== FULL) return plain;
    if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR_64) throw cutShort();
    const far = Number(view.getBigUint64(at - 12, true));
    const end = await viewOf(zip, far, far + 56);
    if (end.getUint32(0, true) !== END_64) throw cutShort();
    const [count, size, from] = [32, 40, 48].map((offset) => Number(end.getBigUint64(offset, true))) as [number, number, number];
    return { count, size, from };
  }
  throw refused('it is no zip, or it is cut short');
}

async function open(zip: Blob, { path, method, crc, packed, bytes, from }: Listed, signal?: AbortSignal): Promise<Blob> {
  const head = await viewOf(zip, from, from + 30);
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) throw cutShort();
  const start = from + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const slice = zip.slice(start, start + packed);
  if (slice.size !== packed) throw cutShort();
  const damaged = () => refused(`${path} in it is damaged`);
  let sum = 0;
  let seen = 0;
  const look = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, out) {
      signal?.throwIfAborted();
      sum = crc32(chunk, sum);
      seen += chunk.length;
      // Ends the unpacking of what claims to be small.
      if (seen > bytes) throw damaged();
      out.enqueue(chunk);
    },
  });
  try {
    const plain = method === 0 ? slice.stream() : slice.stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const read = plain.pipeThrough(look);
    if (method === 0) for (const reader = read.getReader(); !(await reader.read()).done;);
    const blob = method === 0 ? slice : await new Response(read).blob();
    if (seen !== bytes || sum !== crc) throw damaged();
    return blob;
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof EngineError ? error : damaged();
  }
}
