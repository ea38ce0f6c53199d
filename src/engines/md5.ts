/** MD5 (RFC 1321), the hash by which MLC's lists of files name their shards; browsers have none. Not for secrets. */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** Which of the sixteen words each step takes. */
const ORDER = Uint8Array.from({ length: 64 }, (_, i) => [i, 5 * i + 1, 3 * i + 5, 7 * i][i >> 4]! & 15);

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (d & b) | (~d & c);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}

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
    let [a, b, c, d] = state as unknown as [number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const sum = (a + mix(round, b, c, d) + SINES[i]! + words[ORDER[i]!]!) | 0;
      const by = SHIFTS[(round << 2) | (i & 3)]!;
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
