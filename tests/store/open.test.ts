import { deleteDB, openDB } from 'idb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectStore } from '../../src/store/connection.ts';
import { getRun, putRun } from '../../src/store/runs.ts';
import { openStore, UPGRADE_STEPS, type UpgradeStep } from '../../src/store/open.ts';
import { deleteRun } from '../../src/store/runs.ts';
import { appendEvents } from '../../src/store/events.ts';
import { getCall, putCall } from '../../src/store/calls.ts';
import { freshStorage } from './fresh.ts';
import { callEvent, callRecord, runRecord } from './records.ts';

beforeEach(freshStorage);

describe('an older database', () => {
  it('of version 1 keeps its runs and gets the index of replies over what it holds', async () => {
    const old = await openStore({ steps: UPGRADE_STEPS.slice(0, 1) });
    await putRun(old, runRecord('a'));
    await putCall(old, callRecord('h'));
    await appendEvents(old, 'a', 0, [callEvent(0, 'h')]);
    expect(old.version).toBe(1);
    old.close();

    const now = await openStore();
    expect(now.version).toBe(UPGRADE_STEPS.length);
    expect(await getRun(now, 'a')).toEqual(runRecord('a'));
    expect(await now.countFromIndex('events', 'callHash', 'h')).toBe(1);
    await deleteRun(now, 'a');
    expect(await getCall(now, 'h')).toBeUndefined();
    now.close();
  });

  it('goes through each missing step once, in order, and a step may rewrite what is stored', async () => {
    (await openStore({ steps: UPGRADE_STEPS.slice(0, 1) })).close();
    const seen: string[] = [];
    const step =
      (name: string): UpgradeStep =>
      async (_db, tx) => {
        seen.push(name);
        await tx.objectStore('runs').put(runRecord(name));
      };
    const now = await openStore({ steps: [UPGRADE_STEPS[0]!, step('second'), step('third')] });
    expect(seen).toEqual(['second', 'third']);
    expect(await now.count('runs')).toBe(2);
    now.close();
  });

  it('stays as it was when a step fails', async () => {
    const old = await openStore();
    await putRun(old, runRecord('a'));
    old.close();
    const failing: UpgradeStep = async (_db, tx) => {
      await tx.objectStore('runs').clear();
      throw new Error('a fault in a step');
    };
    await expect(openStore({ steps: [...UPGRADE_STEPS, failing] })).rejects.toMatchObject({ name: 'storage-failed' });
    const again = await openStore();
    expect(await getRun(again, 'a')).toBeDefined();
    again.close();
  });
});

describe('opening', () => {
  it('says that a newer version was here, instead of breaking its data', async () => {
    (await openDB('promptevolver', UPGRADE_STEPS.length + 5)).close();
    await expect(openStore()).rejects.toMatchObject({ name: 'storage-newer', message: expect.stringContaining('Reload') });
  });

  it('says which tabs to close when an old one blocks the upgrade', async () => {
    // A page that does not listen to `versionchange`, as a frozen tab.
    const deaf = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('promptevolver', 1);
      request.onsuccess = () => resolve(request.result);
    });
    await expect(openStore({ timeoutMs: 80 })).rejects.toMatchObject({ name: 'storage-blocked' });
    deaf.close();
  });

  it('gives way to a newer version in another tab', async () => {
    const onLost = vi.fn();
    await openStore({ steps: UPGRADE_STEPS.slice(0, 1), onLost });
    (await openStore({ timeoutMs: 500 })).close();
    expect(onLost).toHaveBeenCalledOnce();
  });

  it('gives up on a browser that never answers', async () => {
    globalThis.indexedDB = { open: () => new (IDBOpenDBRequest as unknown as new () => IDBOpenDBRequest)() } as unknown as IDBFactory;
    await expect(openStore({ timeoutMs: 30 })).rejects.toMatchObject({ name: 'storage-timeout' });
  });

  it('says that there is no storage in a window without it', async () => {
    globalThis.indexedDB = undefined as unknown as IDBFactory;
    await expect(openStore()).rejects.toMatchObject({ name: 'no-storage', message: expect.stringContaining('normal window') });
    globalThis.indexedDB = {
      open() {
        throw new DOMException('not here', 'SecurityError');
      },
    } as unknown as IDBFactory;
    await expect(openStore()).rejects.toMatchObject({ name: 'no-storage' });
  });
});

describe('a connection', () => {
  it('opens once for many, and again after it was lost', async () => {
    const connection = connectStore();
    const [a, b] = await Promise.all([connection.use(async (s) => s), connection.use(async (s) => s)]);
    expect(a).toBe(b);
    a.close();
    await connection.use((s) => putRun(s, runRecord('after')));
    expect(await connection.use((s) => getRun(s, 'after'))).toBeDefined();
    await connection.close();
  });

  it('tries again after an opening that failed', async () => {
    const real = indexedDB;
    globalThis.indexedDB = undefined as unknown as IDBFactory;
    const connection = connectStore();
    await expect(connection.use((s) => getRun(s, 'a'))).rejects.toMatchObject({ name: 'no-storage' });
    globalThis.indexedDB = real;
    expect(await connection.use((s) => getRun(s, 'a'))).toBeUndefined();
    await connection.close();
    await deleteDB('promptevolver');
  });

  it('turns a full disk into a sentence that says what to do', async () => {
    const connection = connectStore();
    const full = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
    await expect(connection.use(full)).rejects.toMatchObject({
      name: 'storage-full',
      message: expect.stringMatching(/kept.*Remove a model/),
    });
  });
});
