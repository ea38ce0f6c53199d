import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStray, pathProblem, safeName } from '../../../src/worker/files/paths.ts';
import { readZip } from '../../../src/worker/files/readZip.ts';
import { pack } from '../../../src/worker/files/writeZip.ts';
import { unzipped, zipOf } from '../../fixtures/zipOf.ts';

const LEVELS = [0, 6] as const;
const name = fc.stringMatching(/^[\w][\w.-]{0,20}$/);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const content = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constant(new Uint8Array(5000)));
/** No path is a folder of another. */
const tree = fc
  .uniqueArray(fc.tuple(path, content), { selector: ([p]) => p, maxLength: 6 })
  .filter((files) => files.every(([p]) => !files.some(([q]) => q.startsWith(`${p}/`))));

const isRefusal = (error: unknown) => (error as Error).name === 'not-a-model' && (error as Error).message.length > 20;
/** All that can be read of it; throws what the reader throws. */
async function contents(zip: Blob): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const entry of await readZip(zip)) found.set(entry.path, new Uint8Array(await (await entry.open()).arrayBuffer()));
  return found;
}

describe('a zip from outside', () => {
  it('gives the files that were put in, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(...LEVELS), async (files, level) => {
        const found = await contents(new Blob([await zipOf(files, { level })]));
        expect([...found.keys()].sort()).toEqual(files.map(([p]) => p).sort());
        for (const [p, bytes] of files) expect(found.get(p)).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('in the form for more than 4 GB is read as well', async () => {
    const files = [
      ['m/a', new Uint8Array([1, 2, 3])],
      ['m/b', new Uint8Array(5000)],
    ] as const;
    for (const level of LEVELS) {
      const zip = await zipOf(files, { level, zip64: true });
      expect(await contents(new Blob([zip]))).toEqual(new Map(files));
    }
  });

  it('whose list is longer than that of any model is refused before it is read', async () => {
    const zip = await zipOf([['a', new Uint8Array(9_000_000)]]);
    const view = new DataView(zip.buffer);
    // From the first file's head on, as if all of it were the list.
    view.setUint32(zip.length - 22 + 12, zip.length - 22, true);
    view.setUint32(zip.length - 22 + 16, 0, true);
    await expect(readZip(new Blob([zip]))).rejects.toThrow('longer than that of any model');
  });

  it('cut short anywhere is refused in a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.constantFrom(...LEVELS),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (files, level, at) => {
          const zip = await zipOf(files, { level });
          await expect(contents(new Blob([zip.slice(0, Math.floor(zip.length * at))]))).rejects.toSatisfy(isRefusal);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with any byte changed gives the same files or is refused, and never other bytes', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(...LEVELS), fc.nat(), fc.integer({ min: 1, max: 255 }), async (files, level, at, by) => {
        const zip = await zipOf(files, { level });
        zip[at % zip.length]! ^= by;
        let found: Map<string, Uint8Array>;
        try {
          found = await contents(new Blob([zip]));
        } catch (error) {
          expect(isRefusal(error)).toBe(true);
          return;
        }
        // A name is the one thing that no sum guards.
        const bytes = files.map(([, b]) => Buffer.from(b).toString('hex'));
        for (const one of found.values()) expect(bytes).toContain(Buffer.from(one).toString('hex'));
      }),
      { numRuns: 200 },
    );
  });

  it('that is none at all is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        await expect(contents(new Blob([new Uint8Array(bytes)]))).rejects.toSatisfy(isRefusal);
      }),
    );
  });

  it.each(['../evil', '/etc/passwd', 'a/../../b', 'C:\\x', 'a\\b', 'a//b', './a'])('with the path %s is refused', async (bad) => {
    const zip = await zipOf([['x'.repeat(bad.length), new Uint8Array(3)]]);
    const text = Buffer.from(zip).toString('latin1').replaceAll('x'.repeat(bad.length), bad);
    await expect(readZip(new Blob([Buffer.from(text, 'latin1')]))).rejects.toSatisfy(isRefusal);
  });

  it('that packs gigabytes of nothing is refused before it is unpacked', async () => {
    const zip = await zipOf([['bomb', new Uint8Array(30_000_000)]], { level: 6 });
    expect(zip.length).toBeLessThan(60_000);
    await expect(readZip(new Blob([zip]))).rejects.toThrow('far more than it can');
  });

  it('that holds more than it claims is not unpacked to its end', async () => {
    const zip = await zipOf([['small', new Uint8Array(900_000)]], { level: 6 });
    const view = new DataView(zip.buffer);
    const list = view.getUint32(zip.length - 22 + 16, true);
    view.setUint32(list + 24, 100, true);
    await expect(contents(new Blob([zip]))).rejects.toThrow('damaged');
  });

  it('whose files lie in one another is refused', async () => {
    const zip = await zipOf([
      ['one', new Uint8Array(100)],
      ['two', new Uint8Array(100)],
    ]);
    const view = new DataView(zip.buffer);
    const list = view.getUint32(zip.length - 22 + 16, true);
    const second = list + 46 + 3 + view.getUint16(list + 30, true) + view.getUint16(list + 32, true);
    view.setUint32(second + 42, 0, true);
    await expect(readZip(new Blob([zip]))).rejects.toThrow('in one another');
  });
});

describe('names from outside', () => {
  it('of one’s own folders pass, and what leads elsewhere does not', () => {
    expect(pathProblem('model/params_shard_0.bin')).toBeNull();
    expect(pathProblem('Mein Modell/größe.bin')).toBeNull();
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(pathProblem(`${a}/../${b}`)).not.toBeNull();
        expect(pathProblem(`/${a}`)).not.toBeNull();
      }),
    );
  });

  it('that systems leave behind are no files of a model', () => {
    expect(['__MACOSX/x', 'a/.DS_Store', 'Thumbs.db'].every(isStray)).toBe(true);
    expect(isStray('a/model.gguf')).toBe(false);
  });

  it('are made safe for a folder', () => {
    fc.assert(fc.property(fc.string(), (title) => void expect(safeName(title)).toMatch(/^(?![._])[\w.-]{1,100}$/)));
  });
});

describe('an export', () => {
  const written = async (files: readonly (readonly [string, Uint8Array])[], write?: (bytes: Uint8Array) => number) => {
    const chunks: Uint8Array[] = [];
    const out = { write: write ?? ((bytes: Uint8Array) => chunks.push(bytes.slice()) && bytes.length) };
    let told = 0;
    const readable = files.map(([name, bytes]) => ({ name, bytes: bytes.length, open: async () => new Blob([new Uint8Array(bytes)]) }));
    await pack(readable, out, (n) => (told += n), new AbortController().signal);
    return { zip: new Uint8Array(Buffer.concat(chunks)), told };
  };

  it('holds the files as they were, can be taken in again, and tells of every byte once', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const { zip, told } = await written(files);
        expect(await unzipped(zip)).toEqual(new Map(files.map(([p, bytes]) => [p, new Uint8Array(bytes)])));
        expect((await contents(new Blob([zip]))).size).toBe(files.length);
        expect(told).toBe(files.reduce((sum, [, bytes]) => sum + bytes.length, 0));
      }),
      { numRuns: 40 },
    );
  });

  it('of more than 4 GB has the form that can say so', async () => {
    const chunks: Uint8Array[] = [];
    const out = { write: (bytes: Uint8Array) => chunks.push(bytes.slice()) && bytes.length };
    const file = { name: 'm/a', bytes: 5e9, open: async () => new Blob(['in truth short']) };
    await pack([file], out, () => {}, new AbortController().signal);
    const zip = Buffer.concat(chunks);
    expect(zip.includes('PK\u0006\u0006')).toBe(true);
    expect((await contents(new Blob([zip]))).get('m/a')!.length).toBe(14);
  });

  it.each([
    ['writes less than it was given', () => 0],
    [
      'throws',
      () => {
        throw new DOMException('', 'QuotaExceededError');
      },
    ],
  ])('to a disk that %s says that there is no room', async (_, write) => {
    await expect(written([['a', new Uint8Array(9)]], write)).rejects.toMatchObject({ name: 'no-space' });
  });

  it('ends when it is stopped', async () => {
    const stopped = new AbortController();
    const files = ['a', 'b'].map((name) => ({ name, bytes: 9, open: async () => (stopped.abort(), new Blob(['123456789'])) }));
    await expect(pack(files, { write: (b) => b.length }, () => {}, stopped.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
