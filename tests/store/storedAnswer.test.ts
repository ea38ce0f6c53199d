import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { putRun } from '../../src/store/runs.ts';
import { storedAnswer } from '../../src/store/storedAnswer.ts';
import { freshConnection } from './fresh.ts';
import { runRecord, summary } from './records.ts';

let store: Connection;
beforeEach(async () => {
  store = freshConnection();
  await store.use((db) => putRun(db, runRecord('same', { requestHash: 'x', createdAt: 10, summary })));
  await store.use((db) => putRun(db, runRecord('later', { createdAt: 20 })));
});
const answer = async (hash: string, resultCache: boolean, resultCacheSize: number | null) =>
  (await store.use((db) => storedAnswer(db, hash, { resultCache, resultCacheSize })))?.id ?? null;

describe('the stored answer', () => {
  it.each([
    ['x', true, null, 'same'],
    ['x', true, 2, 'same'],
    ['x', true, 1, null],
    ['x', false, null, null],
    ['other', true, null, null],
  ] as const)('to %s with the cache %s, of the newest %s runs, is %s', async (hash, on, size, run) => {
    expect(await answer(hash, on, size)).toBe(run);
  });
  it('is of a finished run only', async () => {
    await store.use((db) => putRun(db, runRecord('same', { requestHash: 'x', createdAt: 10, status: 'stopped', summary })));
    expect(await answer('x', true, null)).toBeNull();
  });
  it('is never of one without a result', async () => {
    await store.use((db) => putRun(db, runRecord('same', { requestHash: 'x', createdAt: 10 })));
    expect(await answer('x', true, null)).toBeNull();
  });
});
