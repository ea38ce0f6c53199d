import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { appendEvents, readEvents } from '../../src/store/events.ts';
import { getCall, putCall } from '../../src/store/calls.ts';
import { exportHistory } from '../../src/store/exportHistory.ts';
import { requestHash } from '../../src/store/hash.ts';
import { importHistory } from '../../src/store/importHistory.ts';
import { putInput, readInputs } from '../../src/store/inputs.ts';
import { runsToTell } from '../../src/store/outbox.ts';
import { storedAnswer } from '../../src/store/storedAnswer.ts';
import { listRuns, putRun } from '../../src/store/runs.ts';
import { freshConnection } from './fresh.ts';
import { callEvent, callRecord, note, runRecord } from './records.ts';

let connection: Connection;
beforeEach(() => {
  connection = freshConnection();
});

async function fill(to: Connection): Promise<void> {
  await to.use(async (store) => {
    for (const [i, id] of ['a', 'b'].entries()) {
      await putRun(store, runRecord(id, { createdAt: i, status: i === 0 ? 'done' : 'running' }));
      await appendEvents(store, id, 0, [note('one'), callEvent(1, `hash ${id}`), note('two')]);
    }
    await putInput(store, { run: 'a', kind: 'stop', position: 2, value: true });
    for (let i = 0; i < 450; i++) await putCall(store, callRecord(`hash ${String(i).padStart(4, '0')}`));
    await putCall(store, callRecord('hash a', 'seven'));
  });
}
const textOf = async (file: Blob) => new TextDecoder().decode(gunzipSync(new Uint8Array(await file.arrayBuffer())));

describe('a history', () => {
  it('that was exported is whole again in an empty browser, and interrupted where it was going on', async () => {
    await fill(connection);
    const file = await exportHistory(connection);
    const other = freshConnection();
    expect(await importHistory(other, file)).toEqual({ runs: 2, known: 0, calls: 451, problems: [] });
    await other.use(async (store) => {
      expect((await listRuns(store)).map(({ id, status }) => [id, status])).toEqual([
        ['b', 'interrupted'],
        ['a', 'done'],
      ]);
      expect((await readEvents(store, 'a')).map(({ event }) => event)).toEqual([note('one'), callEvent(1, 'hash a'), note('two')]);
      expect(await readInputs(store, 'a')).toEqual([{ run: 'a', kind: 'stop', position: 2, value: true }]);
      expect((await getCall(store, 'hash a'))?.reply.text).toBe('seven');
    });
    expect(await importHistory(other, file)).toMatchObject({ runs: 0, known: 2, calls: 0 });
  });

  it('holds no settings and no keys', async () => {
    await connection.use((store) => store.put('preferences', { key: 'settings', version: 1, value: { secret: 'sk-1234' } }));
    await fill(connection);
    expect(await textOf(await exportHistory(connection))).not.toContain('sk-1234');
  });

  it('replaces neither a run nor a reply that is here', async () => {
    await fill(connection);
    const file = await exportHistory(connection);
    const other = freshConnection();
    await other.use(async (store) => {
      await putRun(store, runRecord('a', { app: 'mine' }));
      await putCall(store, callRecord('hash a', 'mine'));
    });
    expect(await importHistory(other, file)).toMatchObject({ runs: 1, known: 1, calls: 450 });
    await other.use(async (store) => {
      expect((await store.get('runs', 'a'))?.app).toBe('mine');
      expect((await getCall(store, 'hash a'))?.reply.text).toBe('mine');
      expect(await readEvents(store, 'a')).toEqual([]);
    });
  });

  it('unpacked is read too, and lines that are none are told by number', async () => {
    await fill(connection);
    const lines = (await textOf(await exportHistory(connection))).split('\n');
    lines.splice(2, 0, 'not JSON', '{"run":{"id":"x"}}');
    const { runs, problems } = await importHistory(freshConnection(), new Blob([lines.join('\n')]));
    expect(runs).toBe(2);
    expect(problems[0]).toMatch(/^Line 3 /);
    expect(problems[1]).toMatch(/^Line 4: this is no run/);
  });

  it.each([
    ['', 'empty or damaged'],
    ['{"promptevolver":"model","version":1}', 'not a history'],
    ['{"promptevolver":"history","version":2}', 'newer version'],
    ['\u0000\u0001', 'not a history'],
  ])('is refused where %j is none', async (text, sentence) => {
    await expect(importHistory(connection, new Blob([text]))).rejects.toThrow(sentence);
  });

  it('cut short anywhere says so, keeps what came before, and stores no run with a gap', async () => {
    await fill(connection);
    const whole = new Uint8Array(await (await exportHistory(connection)).arrayBuffer());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 9 }), async (end) => {
        const other = freshConnection();
        const told = await importHistory(other, new Blob([whole.slice(0, end)])).catch((error: Error) => error);
        if (told instanceof Error) {
          expect(told.name).toBe('not-a-history');
          return;
        }
        expect(told.problems.join()).toContain('ends too early');
        for (const { id } of await other.use((store) => listRuns(store)))
          expect((await other.use((store) => readEvents(store, id))).every(({ seq }, i) => seq === i)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('of any JSON stores nothing that a page could not show', async () => {
    const line = fc.record({ key: fc.constantFrom('run', 'event', 'input', 'call', 'end'), value: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const other = freshConnection();
        const text = ['{"promptevolver":"history","version":1}', ...lines.map(({ key, value }) => JSON.stringify({ [key]: value }))].join(
          '\n',
        );
        const told = await importHistory(other, new Blob([gzipSync(new TextEncoder().encode(text)) as Uint8Array<ArrayBuffer>]));
        expect(told).toMatchObject({ runs: 0, calls: 0 });
        expect(await other.use((store) => store.count('events'))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('answers the request that each run holds, not one that the file names, and none of it is sent on', async () => {
    const { input, model } = runRecord('x');
    const real = await requestHash(input.task, input.settings, input.plan, model.id);
    const file = (run: object) => new Blob([['{"promptevolver":"history","version":1}', JSON.stringify({ run }), '{"end":{}}'].join('\n')]);
    const crafted = {
      ...runRecord('x', { requestHash: real, asked: { by: 'api' } }),
      input: { ...input, task: { ...input.task, prompt: 'Another.' } },
    };
    expect(await importHistory(connection, file(crafted))).toMatchObject({ runs: 1, problems: [] });
    const answer = () => connection.use((store) => storedAnswer(store, real, { resultCache: true, resultCacheSize: null }));
    expect(await answer()).toBeNull();
    expect(await importHistory(connection, file(runRecord('y', { asked: { by: 'api' } })))).toMatchObject({ runs: 1 });
    expect((await answer())?.id).toBe('y');
    expect(await connection.use((store) => runsToTell(store, 0, true))).toEqual([]);
  });

  it.each([
    ['asked for by nobody known', { asked: { by: 'mail' } }],
    ['with a mark that is no text', { asked: { by: 'api', sessionId: 7 } }],
  ])('with a run %s is told of it', async (_name, change) => {
    const run = { ...runRecord('x'), ...change };
    const text = ['{"promptevolver":"history","version":1}', JSON.stringify({ run }), '{"end":{}}'].join('\n');
    expect(await importHistory(connection, new Blob([text]))).toMatchObject({ runs: 0, problems: [expect.stringMatching(/^Line 2: /)] });
  });

  it('with a run nested deeper than can be walked is told of it', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const run = JSON.stringify({ run: runRecord('x') }).replace('"rows":[]', `"rows":[],"deep":${deep}`);
    const text = ['{"promptevolver":"history","version":1}', run, '{"end":{}}'].join('\n');
    expect(await importHistory(connection, new Blob([text]))).toMatchObject({ runs: 0, problems: [expect.stringMatching(/^Line 2: /)] });
  });

  it('with events that cannot be played is left out', async () => {
    const text = [
      '{"promptevolver":"history","version":1}',
      JSON.stringify({ run: runRecord('x') }),
      JSON.stringify({ event: { run: 'x', seq: 0, event: { type: 'scored' } } }),
      JSON.stringify({ event: { run: 'x', seq: 2, event: note('late') } }),
      JSON.stringify({ run: runRecord('y') }),
      JSON.stringify({ event: { run: 'y', seq: 0, event: { type: 'rung' } } }),
      '{"end":{}}',
    ].join('\n');
    const { runs, problems } = await importHistory(connection, new Blob([text]));
    expect(runs).toBe(0);
    expect(problems).toEqual([expect.stringMatching(/^Line 2: .*gap/), expect.stringMatching(/^Line 5: .*cannot be played/)]);
  });
});
