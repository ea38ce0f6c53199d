/** MD5 (RFC 1321), the hash by which MLC's lists of files name their shards; browsers have none. Not for secrets. */

const SHIFTS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

export interface Md5 {
  update(bytes: Uint8Array): void;
  /** 32 hexadecimal digits. Ends it. */
  digest(): string;
}

export function createMd5(): Md5 {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const words = new Int32Array(16);
  const rest = new Uint8Array(64);
  let held = 0;
  let length = 0;

  const block = (bytes: Uint8Array, from: number): void => {
    for (let i = 0, at = from; i < 16; i++, at += 4)
      words[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    // Four loops that say nearly the same: one with a choice in it is much slower, and a model has gigabytes.
    for (let i = 0; i < 16; i++) {
      const sum = (a + ((b & c) | (~b & d)) + SINES[i]! + words[i]!) | 0;
      const by = SHIFTS[0 + (i & 3)]!;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    }
    for (let i = 16; i < 32; i++) {
      const sum = (a + ((d & b) | (~d & c)) + SINES[i]! + words[(5 * i + 1) & 15]!) | 0;
      const by = SHIFTS[4 + (i & 3)]!;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    }
    for (let i = 32; i < 48; i++) {
      const sum = (a + (b ^ c ^ d) + SINES[i]! + words[(3 * i + 5) & 15]!) | 0;
      const by = SHIFTS[8 + (i & 3)]!;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    }
    for (let i = 48; i < 64; i++) {
      const sum = (a + (c ^ (b | ~d)) + SINES[i]! + words[(7 * i) & 15]!) | 0;
      const by = SHIFTS[12 + (i & 3)]!;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
  };
  const update = (bytes: Uint8Array): void => {
    length += bytes.length;
    let at = 0;
    if (held > 0) {
      at = Math.min(64 - held, bytes.length);
      rest.set(bytes.subarray(0, at), held);
      held += at;
      if (held < 64) return;
      block(rest, 0);
      held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) block(bytes, at);
    rest.set(bytes.subarray(at));
    held = bytes.length - at;
  };
  return {
    update,
    digest() {
      const bits = BigInt(length) * 8n;
      const end = new Uint8Array(((held < 56 ? 64 : 128) - held) | 0);
      end[0] = 0x80;
      new DataView(end.buffer).setBigUint64(end.length - 8, bits, true);
      update(end);
      return Array.from(new Uint8Array(state.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
}

/** Of a file of any size, read in pieces. `onBytes` hears how many bytes each piece had. */
export async function md5Of(file: Blob, onBytes: (bytes: number) => void = () => {}, signal?: AbortSignal): Promise<string> {
  const md5 = createMd5();
  const reader = file.stream().getReader();
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = await reader.read();
    if (done) return md5.digest();
    md5.update(value);
    onBytes(value.length);
  }
}
