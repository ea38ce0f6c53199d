/** MD5, the hash by which MLC's lists of files name their shards; browsers have none. Not for secrets. */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Of a file of any size, read in pieces: 32 hexadecimal digits. `onBytes` hears how many bytes each piece had. */
export async function md5Of(file: Blob, onBytes: (bytes: number) => void = () => {}, signal?: AbortSignal): Promise<string> {
  const sum = md5.create();
  const reader = file.stream().getReader();
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = await reader.read();
    if (done) return bytesToHex(sum.digest());
    sum.update(value);
    onBytes(value.length);
  }
}
