/**
 * Fetches a GGUF by address into the private file system: checked from its first bytes, gone on with after a break, and
 * only called whole when every byte is there. The package's own downloader takes any answer for a model.
 */
import { isFull, needRoom, noSpace, write, type OpenFile } from '../disk.ts';
import type { LoadProgress } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { isGguf } from './gguf-header.ts';
import { lastPart, openForWriting, readNote, removeFile, writeNote, type Note } from './model-files.ts';
import { createSpeed } from './speed.ts';

export interface DownloadOptions {
  url: string;
  /** Name in the folder. */
  name: string;
  /** Expected size, when the catalogue knows it. */
  bytes?: number;
  signal: AbortSignal;
  onProgress: (p: LoadProgress) => void;
  /** Milliseconds without a byte after which the connection counts as broken. */
  stallMs?: number;
}

/** Broken connections in a row, without a byte between them, after which it gives up. */
const MOST_BREAKS = 4;
/** The same, when nothing ever came. */
const MOST_REFUSALS = 2;
const FIRST_PAUSE_MS = 500;

/** A connection that broke: worth another try. */
class Broken extends Error {}

/**
 * Resolves when the file is whole. What came before a break or an abort stays, and the next call goes on from there.
 * @throws EngineError `bad-address`, `not-a-model`, `wrong-size`, `no-space`, `offline`, `download-failed`, `aborted`
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { name, signal, url } = options;
  const out = await openForWriting(name);
  try {
    for (let breaks = 0, reached = out.getSize(); ; breaks++) {
      try {
        const note = await fetchRest(out, options);
        out.flush();
        await writeNote(name, { ...note, whole: true });
        return;
      } catch (error) {
        if (signal.aborted) throw new EngineError('aborted', 'The download was stopped. What came so far is kept.', { cause: error });
        if (!(error instanceof Broken)) throw isFull(error) ? noSpace('', error) : error;
        if (out.getSize() > reached) breaks = 0;
        reached = out.getSize();
        if (breaks >= (reached > 0 ? MOST_BREAKS : MOST_REFUSALS) || !navigator.onLine) throw givenUp(url, error);
        await pause(FIRST_PAUSE_MS * 2 ** breaks, signal);
      }
    }
  } catch (error) {
    out.close();
    // A page of text or another size is no beginning of this model.
    if (error instanceof EngineError && ['not-a-model', 'wrong-size', 'bad-address'].includes(error.name)) await removeFile(name);
    throw error;
  } finally {
    out.close();
  }
}

/** One connection: from the byte that is missing to the end. */
async function fetchRest(out: OpenFile, { url, name, bytes, signal, onProgress, stallMs = 30_000 }: DownloadOptions): Promise<Note> {
  const before = await readNote(name);
  const from = before?.url === url ? out.getSize() : 0;
  if (before && from > 0 && from === before.bytes) return before;

  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallMs);
  const awake = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallMs);
  };
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, stall.signal]),
      headers: from > 0 ? { Range: `bytes=${from}-` } : {},
      credentials: 'omit',
      // Gigabytes are not kept twice; and Chrome's cache would mend a broken answer with ranges of its own.
      cache: 'no-store',
    }).catch((cause: unknown) => {
      throw new Broken('No answer', { cause });
    });
    const etag = response.headers.get('etag');
    if (from > 0 && (response.status === 416 || (before?.etag && etag && etag !== before.etag))) {
      // Another version lies there now: from the beginning.
      out.truncate(0);
      throw new Broken('The file has changed');
    }
    const note = checked(response, { url, bytes, from });
    const start = response.status === 206 ? from : 0;
    if (start === 0) {
      out.truncate(0);
      if (note.bytes > 0) await needRoom(note.bytes);
    }
    await writeNote(name, note);
    await writeBody(response, out, start, note, { onProgress, awake, called: lastPart(url) });
    if (note.bytes > 0 && out.getSize() < note.bytes) throw new Broken('The answer ended early');
    if (note.bytes > 0 && out.getSize() > note.bytes) throw wrongSize(url, out.getSize(), note.bytes);
    return { ...note, bytes: out.getSize() };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the answer's head. @throws EngineError, or Broken when a later try may do better */
function checked(response: Response, { url, bytes, from }: { url: string; bytes?: number; from: number }): Note {
  const shown = withoutMark(url);
  const { status, headers } = response;
  if (status === 401 || status === 403)
    throw new EngineError('bad-address', `${shown} asks for a login, which this page can’t give. Choose a model that is open to all.`);
  if (status === 404 || status === 410)
    throw new EngineError('bad-address', `There is no file at ${shown}. Check the address, or choose another model.`);
  if (status === 408 || status === 429 || status >= 500) throw new Broken(`HTTP ${status}`);
  if (!response.ok)
    throw new EngineError('bad-address', `${shown} answered with HTTP ${status}. Check the address, or choose another model.`);
  if (headers.get('content-type')?.startsWith('text/html')) throw notGguf(url);
  // A compressed answer counts its compressed bytes.
  const length = headers.get('content-encoding') ? 0 : Number(headers.get('content-length') ?? 0);
  const total = Number(headers.get('content-range')?.split('/')[1]) || (length > 0 ? length + (status === 206 ? from : 0) : 0);
  if (bytes && total && bytes !== total) throw wrongSize(url, total, bytes);
  return { url, bytes: total || bytes || 0, etag: headers.get('etag') ?? '', whole: false };
}

async function writeBody(
  response: Response,
  out: OpenFile,
  start: number,
  note: Note,
  { onProgress, awake, called }: { onProgress: (p: LoadProgress) => void; awake: () => void; called: string },
): Promise<void> {
  const body = response.body?.getReader();
  if (!body) throw new Broken('No body');
  const speed = createSpeed();
  let at = start;
  let head: number[] | null = start === 0 ? [] : null;
  let told = 0;
  const tell = () =>
    onProgress({
      phase: 'download',
      bytesDone: at,
      bytesTotal: note.bytes,
      secondsLeft: speed.secondsLeft(note.bytes - at),
      text: `Downloading ${called}`,
    });
  tell();
  try {
    for (;;) {
      const { done, value } = await body.read().catch((cause: unknown) => {
        throw new Broken('The connection broke', { cause });
      });
      if (done) break;
      awake();
      if (head) {
        head.push(...value.subarray(0, 4 - head.length));
        if (head.length >= 4) {
          if (!isGguf(Uint8Array.from(head))) throw notGguf(note.url);
          head = null;
        }
      }
      write(out, value, at);
      at += value.length;
      speed.add(value.length);
      if (performance.now() - told > 100) {
        told = performance.now();
        tell();
      }
    }
    if (head) throw notGguf(note.url);
    tell();
  } finally {
    void body.cancel().catch(() => {});
  }
}

/** As it goes to the server, and to a person. */
const withoutMark = (url: string): string => url.split('#')[0]!;

function givenUp(url: string, cause: Broken): EngineError {
  if (!navigator.onLine)
    return new EngineError(
      'offline',
      `There is no network, so ${lastPart(url)} can’t be fetched. Connect and try again: what came so far is kept.`,
      { cause },
    );
  const { host } = new URL(url);
  if (cause.message === 'No answer') {
    return new EngineError(
      'bad-address',
      `${host} does not answer, or does not let this page read its files. Check the address ${withoutMark(url)}, or choose another model.`,
      { cause },
    );
  }
  return new EngineError('download-failed', `The connection to ${host} keeps breaking. Try again later: what came so far is kept.`, {
    cause,
  });
}

const notGguf = (url: string) =>
  new EngineError(
    'not-a-model',
    `What lies at ${withoutMark(url)} is not a GGUF model. Give the address of the file itself, ending in .gguf.`,
  );

const wrongSize = (url: string, found: number, expected: number) =>
  new EngineError(
    'wrong-size',
    `${lastPart(url)} should have ${expected.toLocaleString('en')} bytes but has ${found.toLocaleString('en')}. Check the address, or choose another model.`,
  );

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
