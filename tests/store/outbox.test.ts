import { beforeEach, describe, expect, it } from 'vitest';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import { clearOutbox, delayOutbox, dropOutbox, giveUpOutbox, putOutbox, readOutbox, runsToTell } from '../../src/store/outbox.ts';
import { getRun, putRun } from '../../src/store/runs.ts';
import { freshConnection } from './fresh.ts';
import { runRecord } from './records.ts';

let store: Connection;
beforeEach(() => {
  store = freshConnection();
});
const put = (id: string, change: object) => store.use((db) => putRun(db, { ...runRecord(id), ...change }));

describe('the outbox', () => {
  it('takes runs that ended since the confirmation and were asked for by others; own ones only when wanted', async () => {
    await put('old', { status: 'done', createdAt: 10, asked: { by: 'api' } });
    await put('api', { status: 'done', createdAt: 20, asked: { by: 'api' } });
    await put('own', { status: 'failed', createdAt: 30, asked: undefined });
    await put('going', { status: 'running', createdAt: 40, asked: { by: 'api' } });
    const ids = async (own: boolean) => (await store.use((db) => runsToTell(db, 20, own))).map(({ id }) => id);
    expect(await ids(false)).toEqual(['api']);
    expect(await ids(true)).toEqual(['api', 'own']);
  });

  it('takes each run once, whoever puts it in', async () => {
    await put('a', { status: 'done', createdAt: 20, asked: { by: 'api' } });
    const both = await Promise.all([
      store.use((db) => putOutbox(db, 'a', 'one', 5)),
      connectStore().use((db) => putOutbox(db, 'a', 'two', 6)),
    ]);
    expect(both.sort()).toEqual([false, true]);
    const [only, ...others] = await store.use(readOutbox);
    expect(others).toEqual([]);
    expect(['one', 'two']).toContain(only!.body);
    expect(await store.use((db) => runsToTell(db, 0, true))).toEqual([]);
    expect(await store.use((db) => putOutbox(db, 'gone', 'x', 5))).toBe(false);
  });

  it('keeps the bytes through delays, and forgets what was taken', async () => {
    for (const id of ['a', 'b']) {
      await put(id, { status: 'done' });
      await store.use((db) => putOutbox(db, id, `body of ${id}`, 5));
    }
    await store.use((db) => delayOutbox(db, 'a', 1, 50));
    expect((await store.use(readOutbox)).map(({ run, body, attempts, nextAt }) => [run, body, attempts, nextAt])).toEqual([
      ['b', 'body of b', 0, 5],
      ['a', 'body of a', 1, 50],
    ]);
    await store.use((db) => dropOutbox(db, 'b'));
    await store.use(clearOutbox);
    expect(await store.use(readOutbox)).toEqual([]);
    expect((await store.use((db) => getRun(db, 'a')))!.told).toBe(true);
  });

  it('gives up with a line in the log that has no word of the message', async () => {
    await put('a', { status: 'done' });
    await store.use((db) => putOutbox(db, 'a', 'a secret prompt', 5));
    await store.use((db) => giveUpOutbox(db, 'a', 8, 404, 99));
    expect(await store.use(readOutbox)).toEqual([]);
    const [line] = await store.use((db) => db.getAll('log'));
    expect(line).toMatchObject({
      at: 99,
      level: 'error',
      what: 'webhook-failed',
      run: 'a',
      figures: { attempts: 8, status: 404 },
      code: 'http-404',
    });
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});
