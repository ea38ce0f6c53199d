import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { getCall, getCalls, putCall } from '../../src/store/calls.ts';
import { appendEvents, clearEvents, readEvents } from '../../src/store/events.ts';
import { putInput, readInputs } from '../../src/store/inputs.ts';
import { readPreference, writePreference } from '../../src/store/preferences.ts';
import { deleteRun, getRun, listRuns, putRun, runsByRequest, updateRun } from '../../src/store/runs.ts';
import { freshConnection } from './fresh.ts';
import { callEvent, callRecord, note, runRecord } from './records.ts';

let connection: Connection;
beforeEach(() => {
  connection = freshConnection();
});

describe('runs', () => {
  it('are listed newest first, as many as asked for', async () => {
    for (const [id, createdAt] of [
      ['a', 3],
      ['b', 9],
      ['c', 5],
    ] as const)
      await connection.use((s) => putRun(s, runRecord(id, { createdAt })));
    expect((await connection.use((s) => listRuns(s))).map((run) => run.id)).toEqual(['b', 'c', 'a']);
    expect((await connection.use((s) => listRuns(s, 2))).map((run) => run.id)).toEqual(['b', 'c']);
  });

  it('change only in the fields given, and not at all when the condition does not hold', async () => {
    await connection.use((s) => putRun(s, runRecord('a', { status: 'running' })));
    const changed = await connection.use((s) => updateRun(s, 'a', { status: 'interrupted', error: 'The lid was closed.' }));
    expect(changed).toMatchObject({ id: 'a', status: 'interrupted', error: 'The lid was closed.', requestHash: 'hash of a' });
    expect(changed!.updatedAt).toBeGreaterThan(1);
    expect(await connection.use((s) => updateRun(s, 'a', { status: 'done' }, (run) => run.status === 'running'))).toBeUndefined();
    expect((await connection.use((s) => getRun(s, 'a')))?.status).toBe('interrupted');
    expect(await connection.use((s) => updateRun(s, 'nobody', { status: 'done' }))).toBeUndefined();
  });

  it('are found by the hash of their request', async () => {
    await connection.use((s) => putRun(s, runRecord('a', { requestHash: 'same', createdAt: 1 })));
    await connection.use((s) => putRun(s, runRecord('b', { requestHash: 'same', createdAt: 2 })));
    await connection.use((s) => putRun(s, runRecord('c', { requestHash: 'other' })));
    expect((await connection.use((s) => runsByRequest(s, 'same'))).map((run) => run.id)).toEqual(['b', 'a']);
  });

  it('take their events, inputs and own replies with them when deleted, and leave what another run uses', async () => {
    for (const id of ['a', 'ab']) await connection.use((s) => putRun(s, runRecord(id)));
    for (const hash of ['own', 'shared']) await connection.use((s) => putCall(s, callRecord(hash)));
    await connection.use((s) => appendEvents(s, 'a', 0, [callEvent(0, 'own'), callEvent(1, 'shared')]));
    await connection.use((s) => appendEvents(s, 'ab', 0, [callEvent(0, 'shared')]));
    for (const run of ['a', 'ab']) await connection.use((s) => putInput(s, { run, kind: 'stop', position: 1, value: null }));

    await connection.use((s) => deleteRun(s, 'a'));

    expect(await connection.use((s) => getRun(s, 'a'))).toBeUndefined();
    expect(await connection.use((s) => readEvents(s, 'a'))).toEqual([]);
    expect(await connection.use((s) => readInputs(s, 'a'))).toEqual([]);
    expect(await connection.use((s) => getCall(s, 'own'))).toBeUndefined();
    expect(await connection.use((s) => getCall(s, 'shared'))).toBeDefined();
    expect(await connection.use((s) => readEvents(s, 'ab'))).toHaveLength(1);
    expect(await connection.use((s) => readInputs(s, 'ab'))).toHaveLength(1);
  });
});

describe('events', () => {
  it('come back in order from any place', async () => {
    await connection.use((s) =>
      appendEvents(
        s,
        'a',
        0,
        Array.from({ length: 12 }, (_, i) => note(`${i}`)),
      ),
    );
    await connection.use((s) => appendEvents(s, 'a', 12, [note('12')]));
    await connection.use((s) => appendEvents(s, 'ab', 0, [note('of another run')]));
    const all = await connection.use((s) => readEvents(s, 'a'));
    expect(all.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await connection.use((s) => readEvents(s, 'a', 10, 2))).toEqual(all.slice(10, 12));
  });

  it('are refused, all of them, when they do not begin where the list ends', async () => {
    await connection.use((s) => appendEvents(s, 'a', 0, [note('0')]));
    for (const seq of [0, 2]) {
      await expect(connection.use((s) => appendEvents(s, 'a', seq, [note('x'), note('y')]))).rejects.toMatchObject({
        name: 'storage-failed',
      });
    }
    expect(await connection.use((s) => readEvents(s, 'a'))).toEqual([{ seq: 0, event: note('0') }]);
  });

  it('can be forgotten, so that the list begins anew', async () => {
    await connection.use((s) => appendEvents(s, 'a', 0, [note('old')]));
    await connection.use((s) => clearEvents(s, 'a'));
    await connection.use((s) => appendEvents(s, 'a', 0, [note('new')]));
    expect(await connection.use((s) => readEvents(s, 'a'))).toEqual([{ seq: 0, event: note('new') }]);
  });
});

describe('calls', () => {
  it('keep the first reply of a hash', async () => {
    expect((await connection.use((s) => putCall(s, callRecord('h', 'first')))).reply.text).toBe('first');
    expect((await connection.use((s) => putCall(s, callRecord('h', 'second')))).reply.text).toBe('first');
    expect((await connection.use((s) => getCall(s, 'h')))?.reply.text).toBe('first');
  });

  it('are read many at once, those that are there', async () => {
    for (const hash of ['x', 'y']) await connection.use((s) => putCall(s, callRecord(hash)));
    expect([...(await connection.use((s) => getCalls(s, ['y', 'z', 'x']))).keys()].sort()).toEqual(['x', 'y']);
  });
});

describe('preferences', () => {
  it('remember the models that a person took in', async () => {
    const ref = { engine: 'wllama', id: 'tiny#00c0ffee', file: 'tiny.gguf' } as const;
    await connection.use((s) => writePreference(s, 'ownModels', [{ ref, title: 'tiny', bytes: 5, here: true }]));
    expect(await connection.use((s) => readPreference(s, 'ownModels'))).toEqual([{ ref, title: 'tiny', bytes: 5, here: true }]);
  });

  it('remember the form as it was typed, and forget it on request', async () => {
    const draft = { task: { prompt: '  $& {{name}} <|im_end|>\n', rows: [] } };
    await connection.use((s) => writePreference(s, 'draft', draft));
    expect(await connection.use((s) => readPreference(s, 'draft'))).toEqual(draft);
    await connection.use((s) => writePreference(s, 'draft', undefined));
    expect(await connection.use((s) => readPreference(s, 'draft'))).toBeUndefined();
  });
});
