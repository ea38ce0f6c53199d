/**
 * The first part of a file whose download was broken off, kept in the Cache API so that a closed tab loses at most one piece.
 * Cache entries are whole, so a piece that is there is complete.
 */
export const PIECE_SCOPE = 'promptevolver/pieces';
export const PIECE_BYTES = 16 * 2 ** 20;

export interface Pieces {
  /** In order, without a gap from byte 0. */
  readonly blobs: Blob[];
  readonly bytes: number;
  /** The server's ETag when the first piece was fetched; null when it does not show one. */
  readonly etag: string | null;
  append(piece: Blob, etag: string | null): Promise<void>;
  clear(): Promise<void>;
}

/** A header, so that nobody reads megabytes to know how many they are. */
const SIZE = 'x-bytes';
const PREFIX = 'https://pieces.invalid/';
const keyOf = (url: string, offset: number) => `${PREFIX}${encodeURIComponent(url)}?from=${offset}`;

export async function openPieces(url: string): Promise<Pieces> {
  const cache = await caches.open(PIECE_SCOPE);
  const blobs: Blob[] = [];
  let bytes = 0;
  let etag: string | null = null;
  for (;;) {
    const found = await cache.match(keyOf(url, bytes));
    const blob = await found?.blob();
    if (!blob?.size) break;
    etag = found!.headers.get('x-etag');
    blobs.push(blob);
    bytes += blob.size;
  }
  return {
    blobs,
    get bytes() {
      return bytes;
    },
    get etag() {
      return etag;
    },
    async append(piece, tag) {
      await cache.put(
        keyOf(url, bytes),
        new Response(piece, { headers: { [SIZE]: String(piece.size), ...(tag ? { 'x-etag': tag } : {}) } }),
      );
      if (bytes === 0) etag = tag;
      blobs.push(piece);
      bytes += piece.size;
    },
    async clear() {
      let offset = 0;
      for (const blob of blobs) {
        await cache.delete(keyOf(url, offset));
        offset += blob.size;
      }
      blobs.length = 0;
      bytes = 0;
      etag = null;
    },
  };
}

/** Files of which only a part is here, and how many bytes of each. */
export async function piecesHere(): Promise<{ url: string; bytes: number }[]> {
  const cache = await caches.open(PIECE_SCOPE);
  const sizes = new Map<string, number>();
  for (const request of await cache.keys()) {
    const url = decodeURIComponent(request.url.slice(PREFIX.length).replace(/\?from=\d+$/, ''));
    const found = await cache.match(request);
    sizes.set(url, (sizes.get(url) ?? 0) + Number(found?.headers.get(SIZE) ?? (await found?.blob())?.size ?? 0));
  }
  return [...sizes].map(([url, bytes]) => ({ url, bytes }));
}

/** Removes the pieces of every file under an address. */
export async function removePieces(folder: string): Promise<void> {
  const cache = await caches.open(PIECE_SCOPE);
  for (const request of await cache.keys()) {
    if (request.url.startsWith(PREFIX + encodeURIComponent(folder))) await cache.delete(request);
  }
}
