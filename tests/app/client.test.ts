/** When the client ends a worker, and when it must not. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOptimizer } from '../../src/app/client/createOptimizer.ts';
import type { LoadedModel, ModelRef } from '../../src/engines/engine.ts';
import type { OptimizerApi, TakenIn } from '../../src/worker/protocol.ts';
import { PortWorker } from './doubles/PortWorker.ts';

vi.stubGlobal('isSecureContext', true);
const REF: ModelRef = { engine: 'wllama', id: 'served', url: 'https://a.example/served.gguf' };
const workers: PortWorker[] = [];
afterEach(() => workers.splice(0).forEach((worker) => worker.ended || worker.terminate()));

function client(api: Partial<OptimizerApi>, allow: (addresses: readonly string[]) => Promise<number> = async () => 0) {
  const spawn = () => {
    const worker = new PortWorker({ load: async (ref) => ({ ref }) as LoadedModel, ...api });
    workers.push(worker);
    return worker as unknown as Worker;
  };
  return createOptimizer({ spawn, pageUrl: () => 'https://page.example/', runRecord: async () => undefined, allow });
}

function anImport() {
  let finish = () => {};
  const taken = new Promise<TakenIn>((resolve) => (finish = () => resolve({ ref: REF, title: 'Taken in', bytes: 9 })));
  return { taken, finish: () => finish() };
}

describe('a load of a model from an address that was confirmed after the worker was made', () => {
  const confirmed = async (addresses: readonly string[]) => (addresses.length > 0 ? Date.now() + 1000 : 0);

  it('gets a worker that may ask it', async () => {
    const page = client({ stored: async () => [] }, confirmed);
    await page.stored([]);
    await page.load(REF);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
  });

  it('waits until the files of models are left alone: an import is not torn in two', async () => {
    const { taken, finish } = anImport();
    const page = client({ importModel: () => taken }, confirmed);
    const work = page.importModel([], [], () => {});
    await expect(page.load(REF)).rejects.toMatchObject({ name: 'busy', message: expect.stringContaining('import') });
    expect(workers.map(({ ended }) => ended)).toEqual([false]);
    finish();
    await expect(work).resolves.toMatchObject({ title: 'Taken in' });
    await page.load(REF);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
  });

  it('need not wait for work that failed', async () => {
    const page = client({ checkFiles: () => Promise.reject(new Error('damaged')) }, confirmed);
    await expect(page.checkFiles(REF, () => {})).rejects.toThrow('damaged');
    await expect(page.load(REF)).resolves.toMatchObject({ ref: REF });
  });
});

it('a load that could fail, and end the worker, waits for an import too', async () => {
  const { taken, finish } = anImport();
  const page = client({
    importModel: () => taken,
    load: () => Promise.reject(Object.assign(new Error('It answered nonsense.'), { name: 'self-test-failed' })),
  });
  const work = page.importModel([], [], () => {});
  await expect(page.load(REF)).rejects.toMatchObject({ name: 'busy' });
  expect(workers[0]!.ended).toBe(false);
  finish();
  await work;
});

it('a model that was imported has no address to confirm, and no worker ends for it', async () => {
  const asked: string[] = [];
  const page = client({ stored: async () => [] }, async (addresses) => {
    asked.push(...addresses);
    return addresses.length > 0 ? Date.now() + 1000 : 0;
  });
  await page.stored([]);
  const folder = 'https://imported.invalid/0123/Mine/';
  await page.load({ engine: 'webllm', id: 'Mine', weightsUrl: folder, libraryUrl: `${folder}mine.wasm` });
  await page.load({ engine: 'wllama', id: 'File', file: '0123-file.gguf' });
  expect(asked).toEqual([]);
  expect(workers).toHaveLength(1);
  expect(workers[0]!.ended).toBe(false);
});
