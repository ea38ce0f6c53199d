/** One file over an unreliable network: retried, resumed where the server allows it, ended when it stalls, checked for what it is. */
import { EngineError } from '../errors.ts';
import { aborted } from './errors.ts';
import { openPieces, PIECE_BYTES, type Pieces } from './pieces.ts';

export interface NetOptions {
  fetch: typeof fetch;
  /** Attempts without a new byte until the file is given up. */
  tries: number;
  /** Wait before the second attempt, doubled each time up to 30 s. Milliseconds. */
  backoffMs: number;
  /** No byte for this long ends an attempt. Milliseconds. */
  stallMs: number;
  pieceBytes: number;
  online: () => boolean;
}

export const netDefaults = (): NetOptions => ({
  fetch: (input, init) => fetch(input, init),
  tries: 6,
  backoffMs: 1000,
  stallMs: 30_000,
  pieceBytes: PIECE_BYTES,
  online: () => navigator.onLine,
});

export interface FileWanted {
  url: string;
  /** Exact size; null when nobody told. */
  bytes: number | null;
  /** For messages. */
  name: string;
}

/** Thrown inside for what may pass by itself. */
class Transient extends Error {
  constructor(
    message: string,
    readonly waitMs = 0,
    /** The request itself failed; with a range that may be a refused preflight. */
    readonly unanswered = false,
  ) {
    super(message);
  }
}

/**
 * @param onBytes bytes that arrived, or a negative number when some must come again
 * @param onKept bytes that an earlier visit had left
 * @returns the file, of exactly `bytes` bytes where that is given. The kept pieces stay until `forget` is called.
 * @throws EngineError `bad-address`, `not-a-model`, `wrong-size`, `offline`, `download-failed`, `no-space`, `aborted`
 */
export async function fetchFile(
  wanted: FileWanted,
  net: NetOptions,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
  onKept: (bytes: number) => void = onBytes,
): Promise<{ blob: Blob; forget: () => Promise<void> }> {
  const resumable = wanted.bytes !== null && wanted.bytes > net.pieceBytes;
  const pieces = resumable ? await openPieces(wanted.url) : null;
  const part = createPart(pieces, net.pieceBytes);
  if (wanted.bytes !== null && part.bytes > wanted.bytes) await part.clear();
  onKept(part.bytes);

  let best = part.bytes;
  let shortAnswers = 0;
  let unanswered = 0;
  for (let failures = 0; ;) {
    if (signal.aborted) throw aborted();
    if (wanted.bytes !== null && part.bytes === wanted.bytes) break;
    try {
      // What is kept is given up only when an answer without a range really comes.
      await attempt(wanted, net, signal, part, onBytes, unanswered < 2);
      unanswered = 0;
      if (wanted.bytes === null || part.bytes === wanted.bytes) break;
      // The server says that this was all. Once may be a broken proxy; twice is the wrong file.
      onBytes(-part.bytes);
      await part.clear();
      best = 0;
      if (++shortAnswers === 2) throw wrongSize(wanted);
    } catch (thrown) {
      if (signal.aborted) {
        await part.flush().catch(() => {});
        throw aborted();
      }
      if (!(thrown instanceof Transient)) throw thrown instanceof EngineError ? thrown : noSpaceOr(thrown, wanted);
      unanswered = thrown.unanswered ? unanswered + 1 : 0;
      failures = part.bytes > best ? 1 : failures + 1;
      best = Math.max(best, part.bytes);
      if (failures >= net.tries) {
        await part.flush().catch(() => {});
        throw gaveUp(wanted, net, thrown);
      }
      await pause(Math.max(thrown.waitMs, Math.min(net.backoffMs * 2 ** (failures - 1), 30_000)), signal);
    }
  }
  return { blob: part.join(), forget: () => part.clear() };
}

/** What has arrived: whole pieces in the cache, and the newest bytes in memory. */
function createPart(pieces: Pieces | null, pieceBytes: number) {
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let pendingBytes = 0;
  let etag = pieces?.etag ?? null;
  return {
    get bytes() {
      return (pieces?.bytes ?? 0) + pendingBytes;
    },
    get etag() {
      return etag;
    },
    set etag(value) {
      etag = value;
    },
    async push(chunk: Uint8Array<ArrayBuffer>) {
      pending.push(chunk);
      pendingBytes += chunk.byteLength;
      if (pieces && pendingBytes >= pieceBytes) await this.flush();
    },
    async flush() {
      if (!pieces || pendingBytes === 0) return;
      await pieces.append(new Blob(pending), etag);
      pending = [];
      pendingBytes = 0;
    },
    async clear() {
      pending = [];
      pendingBytes = 0;
      etag = null;
      await pieces?.clear();
    },
    join: () => new Blob([...(pieces?.blobs ?? []), ...pending]),
  };
}
type Part = ReturnType<typeof createPart>;

async function attempt(
  wanted: FileWanted,
  net: NetOptions,
  signal: AbortSignal,
  part: Part,
  onBytes: (bytes: number) => void,
  useRange: boolean,
): Promise<void> {
  const stall = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const awake = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), net.stallMs);
  };
  const startOver = async () => {
    onBytes(-part.bytes);
    await part.clear();
  };
  awake();
  try {
    const from = useRange ? part.bytes : 0;
    const response = await net
      // A range in this form needs no preflight; `If-Range` would, and hubs refuse it.
      .fetch(wanted.url, {
        signal: AbortSignal.any([signal, stall.signal]),
        cache: 'no-store',
        headers: from ? { Range: `bytes=${from}-` } : {},
      })
      .catch((cause) => {
        throw new Transient(stall.signal.aborted ? 'stalled' : String(cause), 0, !stall.signal.aborted);
      });
    await judge(response, wanted, from, part.etag, startOver);
    if (part.bytes > 0 && response.status !== 206) await startOver();
    part.etag = response.headers.get('etag');

    const reader = response.body!.getReader();
    try {
      for (;;) {
        awake();
        const { done, value } = await reader.read().catch((cause) => {
          throw new Transient(stall.signal.aborted ? 'stalled' : String(cause));
        });
        if (done) return;
        if (wanted.bytes !== null && part.bytes + value.byteLength > wanted.bytes) {
          await startOver();
          throw wrongSize(wanted);
        }
        await part.push(value as Uint8Array<ArrayBuffer>);
        onBytes(value.byteLength);
      }
    } finally {
      // Also ends the connection when the rest is not wanted.
      void reader.cancel().catch(() => {});
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Lets a good answer pass; throws Transient for what may be tried again, EngineError for what may not. */
async function judge(
  response: Response,
  wanted: FileWanted,
  from: number,
  etag: string | null,
  startOver: () => Promise<void>,
): Promise<void> {
  const { status } = response;
  const drop = () => void response.body?.cancel().catch(() => {});
  if (status === 416 && from > 0) {
    // The file changed, or the server can't count: begin anew, without a range.
    drop();
    await startOver();
    throw new Transient('range refused');
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    drop();
    const seconds = Number(response.headers.get('retry-after'));
    throw new Transient(`status ${status}`, Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0);
  }
  if (status === 401 || status === 403) {
    drop();
    throw new EngineError(
      'bad-address',
      `The server does not give out ${wanted.name} without permission (${status}). Choose another model or another address.`,
    );
  }
  if (status !== 200 && status !== 206) {
    drop();
    throw new EngineError(
      'bad-address',
      `The server has no ${wanted.name} at this address (${status}). Check the address of the model: ${wanted.url}`,
    );
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    drop();
    throw webPage(wanted);
  }
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const tag = response.headers.get('etag');
    const moved = range && (Number(range[1]) !== from || (range[2] !== '*' && wanted.bytes !== null && Number(range[2]) !== wanted.bytes));
    // Headers that the server does not expose to pages are null here; the size check at the end still holds.
    if (from === 0 || moved || (tag && etag && tag !== etag)) {
      drop();
      await startOver();
      throw new Transient('another file');
    }
  }
}

export const webPage = (wanted: FileWanted): EngineError =>
  new EngineError(
    'not-a-model',
    `A web page came instead of ${wanted.name}. If this network asks you to sign in, do that first; else check the address: ${wanted.url}`,
  );

const wrongSize = (wanted: FileWanted): EngineError =>
  new EngineError(
    'wrong-size',
    `${wanted.name} has another size than the model’s own list says, so it was not used. Check the address of the model, or try again later.`,
  );

function gaveUp(wanted: FileWanted, net: NetOptions, cause: Error): EngineError {
  if (!net.online())
    return new EngineError('offline', 'This device is offline. What was downloaded is kept; go on when the network is back.', { cause });
  return new EngineError(
    'download-failed',
    `The download of ${wanted.name} broke off again and again. What was downloaded is kept; try again later.`,
    { cause },
  );
}

export function noSpaceOr(thrown: unknown, wanted: FileWanted): EngineError {
  if (thrown instanceof Error && thrown.name === 'QuotaExceededError') {
    return new EngineError(
      'no-space',
      'The browser has no room left for the model. Free some disk space, or choose a smaller model; what was downloaded is kept.',
      { cause: thrown },
    );
  }
  return new EngineError(
    'download-failed',
    `${wanted.name} could not be stored in this browser. A private window may not allow it: try a normal one.`,
    { cause: thrown },
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
