import { beforeEach, describe, expect, it } from 'vitest';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import {
  delayOutbox,
  dropOutbox,
  getOutbox,
  giveUpOutbox,
  holdOutbox,
  putOutbox,
  readOutbox,
  runsToTell,
  writeWebhook,
} from '../../src/store/outbox.ts';
import { readLog, type LogRules } from '../../src/store/log.ts';
import { readPreference, type WebhookPreference } from '../../src/store/preferences.ts';
import { deleteRun, getRun, putRun } from '../../src/store/runs.ts';
import { freshConnection } from './fresh.ts';
import { runRecord } from './records.ts';

let store: Connection;
const TO = 'https://a.example';
const webhook = (change: Partial<WebhookPreference> = {}): WebhookPreference => ({
  allowed: TO,
  since: 0,
  own: false,
  signed: false,
  ...change,
});
const allow = (next: WebhookPreference | undefined) => store.use((db) => writeWebhook(db, next));
const message = (body: string, now = 5) => ({ to: TO, body, now });
const waiting = async () => (await store.use(readOutbox)).map(({ run }) => run);
const all = { logLevel: 'info', logSize: 100 } as const;
beforeEach(async () => {
  store = freshConnection();
  await allow(webhook());
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
      store.use((db) => putOutbox(db, 'a', message('one'))),
      connectStore().use((db) => putOutbox(db, 'a', message('two', 6))),
    ]);
    expect(both.sort()).toEqual([false, true]);
    const [only, ...others] = await store.use(readOutbox);
    expect(others).toEqual([]);
    expect(['one', 'two']).toContain(only!.body);
    expect(await store.use((db) => runsToTell(db, 0, true))).toEqual([]);
    expect(await store.use((db) => putOutbox(db, 'gone', message('x')))).toBe(false);
  });

  it('keeps the bytes through delays, and forgets what was taken', async () => {
    for (const id of ['a', 'b']) {
      await put(id, { status: 'done' });
      await store.use((db) => putOutbox(db, id, message(`body of ${id}`)));
    }
    await store.use((db) => delayOutbox(db, 'a', 1, 50));
    expect((await store.use(readOutbox)).map(({ run, body, attempts, nextAt }) => [run, body, attempts, nextAt])).toEqual([
      ['b', 'body of b', 0, 5],
      ['a', 'body of a', 1, 50],
    ]);
    await store.use((db) => dropOutbox(db, 'b'));
    expect(await waiting()).toEqual(['a']);
    expect(await store.use((db) => getOutbox(db, 'b'))).toBeUndefined();
    expect((await store.use((db) => getRun(db, 'a')))!.told).toBe(true);
  });

  it('holds what was refused with its bytes, until it is sent again', async () => {
    await put('a', { status: 'done' });
    await store.use((db) => putOutbox(db, 'a', message('body of a')));
    await store.use((db) => holdOutbox(db, 'a', 1, 401));
    expect(await store.use((db) => getOutbox(db, 'a'))).toMatchObject({ body: 'body of a', attempts: 1, held: 401 });
    await store.use((db) => delayOutbox(db, 'a', 2, 50));
    expect(await store.use((db) => getOutbox(db, 'a'))).toEqual({ run: 'a', version: 1, body: 'body of a', attempts: 2, nextAt: 50 });
    await store.use((db) => holdOutbox(db, 'gone', 1, 401));
    expect(await waiting()).toEqual(['a']);
  });

  it('gives up with a line in the log that has no word of the message', async () => {
    await put('a', { status: 'done' });
    await store.use((db) => putOutbox(db, 'a', message('a secret prompt')));
    await store.use((db) => giveUpOutbox(db, 'a', { attempts: 8, status: 404, at: 99 }, all));
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

  it('gives up without a line where the log is off, and within the size of the log', async () => {
    for (const id of ['a', 'b', 'c']) {
      await put(id, { status: 'done' });
      await store.use((db) => putOutbox(db, id, message(id)));
    }
    const giveUp = (run: string, rules: LogRules) => store.use((db) => giveUpOutbox(db, run, { attempts: 8, status: 0, at: 9 }, rules));
    await giveUp('a', { logLevel: 'off', logSize: 10 });
    expect(await store.use(readLog)).toEqual([]);
    await giveUp('b', { logLevel: 'error', logSize: 1 });
    await giveUp('c', { logLevel: 'error', logSize: 1 });
    expect((await store.use(readLog)).map(({ run }) => run)).toEqual(['c']);
    expect(await waiting()).toEqual([]);
  });

  it('forgets the message of a run that is deleted', async () => {
    for (const id of ['a', 'b']) {
      await put(id, { status: 'done' });
      await store.use((db) => putOutbox(db, id, message(id)));
    }
    await store.use((db) => deleteRun(db, 'a'));
    expect(await waiting()).toEqual(['b']);
  });

  it.each([
    ['another origin', webhook({ allowed: 'https://b.example' })],
    ['none', undefined],
  ])('forgets what waits for one origin when the person allows %s, and takes nothing more for it', async (_name, next) => {
    for (const id of ['a', 'b']) await put(id, { status: 'done' });
    await store.use((db) => putOutbox(db, 'a', message('a')));
    await allow(webhook({ url: `${TO}/other/path`, own: true }));
    expect(await waiting()).toEqual(['a']);
    await allow(next);
    expect(await waiting()).toEqual([]);
    // A tab that was about to put it in.
    expect(await store.use((db) => putOutbox(db, 'b', message('b')))).toBe(false);
    expect(await store.use((db) => readPreference(db, 'webhook'))).toEqual(next);
  });
});
