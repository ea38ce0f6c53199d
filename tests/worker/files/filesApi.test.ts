import { describe, expect, it } from 'vitest';
import { createFilesApi } from '../../../src/worker/files/filesApi.ts';
import { zipOf } from '../../fixtures/zipOf.ts';

const zip = new File([await zipOf([['m/model.gguf', new Uint8Array(2_000_000)]])], 'm.zip');
const given = [{ path: 'm.zip', file: zip }];

describe('work on files', () => {
  it('is one at a time, and the next may begin when it ended', async () => {
    const api = createFilesApi();
    const first = api.importModel(given, [], () => {});
    await expect(api.importModel(given, [], () => {})).rejects.toMatchObject({ name: 'busy' });
    await expect(first).rejects.toMatchObject({ name: 'not-a-model' });
    await expect(api.importModel(given, [], () => {})).rejects.toMatchObject({ name: 'not-a-model' });
  });

  it('ends when the person stops it', async () => {
    const api = createFilesApi();
    const work = api.importModel(given, [], () => {});
    void api.stopFiles();
    await expect(work).rejects.toMatchObject({ name: 'aborted' });
  });
});
