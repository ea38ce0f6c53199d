import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMd5, md5Of } from '../../src/engines/md5.ts';

const real = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

describe('MD5', () => {
  it('is that of the platform, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
        const md5 = createMd5();
        for (const part of parts) md5.update(part);
        expect(md5.digest()).toBe(real(Buffer.concat(parts)));
      }),
    );
  });

  it('reads a file in pieces and tells how far it is', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255);
    let read = 0;
    expect(await md5Of(new Blob([bytes]), (n) => (read += n))).toBe(real(bytes));
    expect(read).toBe(bytes.length);
  });
});
