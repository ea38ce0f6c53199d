import { open } from 'node:fs/promises';

/** Bytes of a value by its type number; 8 is a string, 9 a list. */
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, NaN, NaN, 8, 8, 8];
const STRING = 8;

/**
 * Reads the name and licence that a GGUF file states of itself, from its first 64 KB. They stand at its beginning by
 * habit, not by rule: absent means not found there.
 * @param {string} path
 * @returns {Promise<{name?: string, license?: string} | null>} null: the file is not GGUF
 */
export async function readGgufHeader(path) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65536), 0, 65536, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.length < 24 || bytes.toString('latin1', 0, 4) !== 'GGUF') return null;
    return readPairs(bytes);
  } finally {
    await file.close();
  }
}

/** @param {Buffer} bytes */
function readPairs(bytes) {
  let at = 24;
  /** @param {number} count */
  const take = (count) => {
    if (!(at + count <= bytes.length)) throw new RangeError('past the part that was read');
    at += count;
    return at - count;
  };
  const text = () => {
    const length = Number(bytes.readBigUInt64LE(take(8)));
    const from = take(length);
    return bytes.toString('utf8', from, from + length);
  };
  /** @type {{name?: string, license?: string}} */
  const found = {};
  try {
    for (let left = Number(bytes.readBigUInt64LE(16)); left > 0; left--) {
      const key = text();
      const type = bytes.readUInt32LE(take(4));
      if (type !== STRING) {
        // A list (no size of its own) ends the reading: the token lists stand behind what is wanted.
        take(SIZES[type] ?? NaN);
        continue;
      }
      const value = text();
      if (key === 'general.name') found.name = value;
      if (key === 'general.license') found.license = value;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}
