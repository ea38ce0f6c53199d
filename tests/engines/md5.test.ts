import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { md5Of } from '../../src/engines/md5.ts';

const real = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

describe('MD5', () => {
  it('is that of the platform, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), async (parts) => {
        const blob = new Blob(parts.map((part) => new Uint8Array(part)));
        expect(await md5Of(blob)).toBe(real(Buffer.concat(parts)));
      }),
    );
  });

  it('reads a file in pieces and tells how far it is', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255);
    let read = 0;
    expect(await md5Of(new Blob([bytes]), (n) => (read += n))).toBe(real(bytes));
    expect(read).toBe(bytes.length);
  });

  it('ends when it is stopped', async () => {
    const stopped = new AbortController();
    const bytes = new Blob([new Uint8Array(300_000)]);
    await expect(md5Of(bytes, () => stopped.abort(), stopped.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
