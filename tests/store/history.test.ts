import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { runResponseOf } from '../../src/api/answers.ts';
import { found } from '../../src/app/api/found.ts';
import { moment } from '../../src/app/figures.ts';
import { askedWords, factsOf, outcomeOf } from '../../src/app/history/runWords.ts';
import { goesToSentence } from '../../src/app/models/goesTo.ts';
import { runHash } from '../../src/app/route.ts';
import type { Connection } from '../../src/store/connection.ts';
import { appendEvents, readEvents } from '../../src/store/events.ts';
import { getCall, putCall } from '../../src/store/calls.ts';
import { exportHistory } from '../../src/store/exportHistory.ts';
import { requestHash } from '../../src/store/hash.ts';
import { importHistory } from '../../src/store/importHistory.ts';
import { putInput, readInputs } from '../../src/store/inputs.ts';
import { runsToTell } from '../../src/store/outbox.ts';
import { storedAnswer } from '../../src/store/storedAnswer.ts';
import type { RunRecord } from '../../src/store/records.ts';
import { listRuns, putRun } from '../../src/store/runs.ts';
import { storedRun } from '../app/doubles/storedRun.ts';
import { freshConnection } from './fresh.ts';
import { callEvent, callRecord, doneEvent, note, runRecord, runResult, summary } from './records.ts';

let connection: Connection;
beforeEach(() => {
  connection = freshConnection();
});

const MANY = 450;
const hashOf = (i: number) => `hash ${String(i).padStart(4, '0')}`;

/** `a` is done and has many replies, `b` was going on. */
async function fill(to: Connection): Promise<void> {
  await to.use(async (store) => {
    const many = Array.from({ length: MANY }, (_, i) => callEvent(2 + i, hashOf(i)));
    await putRun(store, runRecord('a', { createdAt: 0, summary }));
    await appendEvents(store, 'a', 0, [note('one'), callEvent(1, 'hash a'), ...many, doneEvent()]);
    await putRun(store, runRecord('b', { createdAt: 1, status: 'running' }));
    await appendEvents(store, 'b', 0, [note('one'), callEvent(1, 'hash b'), note('two')]);
    await putInput(store, { run: 'a', kind: 'stop', position: 2, value: true });
    for (let i = 0; i < MANY; i++) await putCall(store, callRecord(hashOf(i)));
    await putCall(store, callRecord('hash a', 'seven'));
  });
}
const textOf = async (file: Blob) => new TextDecoder().decode(gunzipSync(new Uint8Array(await file.arrayBuffer())));
const HEAD = '{"promptevolver":"history","version":1}';
const END = '{"end":{}}';
const fileOf = (...lines: object[]) => new Blob([[HEAD, ...lines.map((line) => JSON.stringify(line)), END].join('\n')]);

/** Of every field, those of objects inside too. */
function pathsOf(value: object, trail: string[] = []): string[][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const path = [...trail, name];
    return [path, ...(typeof inner === 'object' && inner !== null ? pathsOf(inner, path) : [])];
  });
}
function put(into: unknown, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (typeof into !== 'object' || into === null) return;
  const fields = into as Record<string, unknown>;
  if (rest.length === 0) fields[name!] = value;
  else put(fields[name!], rest, value);
}

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
      expect((await readEvents(store, 'b')).map(({ event }) => event)).toEqual([note('one'), callEvent(1, 'hash b'), note('two')]);
      expect(await store.get('runs', 'a')).toMatchObject({ summary, imported: true });
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
      await putCall(store, callRecord('hash b', 'mine'));
    });
    // The run that is here has no events, so that nothing names its replies.
    expect(await importHistory(other, file)).toMatchObject({ runs: 1, known: 1, calls: 0 });
    await other.use(async (store) => {
      expect((await store.get('runs', 'a'))?.app).toBe('mine');
      expect((await getCall(store, 'hash b'))?.reply.text).toBe('mine');
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
        for (const { id, status, summary: kept } of await other.use((store) => listRuns(store))) {
          const events = await other.use((store) => readEvents(store, id));
          expect(events.every(({ seq }, i) => seq === i)).toBe(true);
          const ended = events.at(-1)?.event.type === 'done';
          expect([id, status, kept !== undefined]).toEqual([id, ended ? 'done' : 'interrupted', ended]);
        }
        // The whole file brings what was missing.
        await importHistory(other, new Blob([whole]));
        expect((await other.use((store) => store.get('runs', 'a')))?.summary).toEqual(summary);
        expect(await other.use((store) => store.count('events'))).toBe(MANY + 6);
        expect(await other.use((store) => store.count('calls'))).toBe(MANY + 1);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('that is whole brings an interrupted run the events that a cut one lacked, and takes none away', async () => {
    const run = { run: runRecord('a', { status: 'running' }) };
    const events = [note('one'), note('two'), note('three')].map((event, seq) => ({ event: { run: 'a', seq, event } }));
    const stored = () => connection.use((store) => store.count('events'));
    for (const [taken, runs, count] of [
      [0, 1, 0],
      [2, 1, 2],
      [1, 0, 2],
      [3, 1, 3],
    ] as const) {
      expect(await importHistory(connection, fileOf(run, ...events.slice(0, taken)))).toMatchObject({ runs, known: 1 - runs });
      expect(await stored()).toBe(count);
    }
    // Another request under the same id is another run.
    const { input } = run.run;
    const other = { run: { ...run.run, input: { ...input, task: { ...input.task, prompt: 'Another.' } } } };
    expect(await importHistory(connection, fileOf(other, ...events, { event: { run: 'a', seq: 3, event: note('four') } }))).toMatchObject({
      known: 1,
    });
    expect(await stored()).toBe(3);
  });

  it('cut short in a run that was done, or stopped, stores it as interrupted, and it answers no request', async () => {
    const cut = (id: string, status: 'done' | 'stopped', at: number) => [
      { run: runRecord(id, { status, summary, createdAt: at, error: status === 'stopped' ? 'Stopped by the limit.' : undefined }) },
      { event: { run: id, seq: 0, event: note('one') } },
    ];
    expect(await importHistory(connection, fileOf(...cut('a', 'done', 1), ...cut('b', 'stopped', 2)))).toMatchObject({ runs: 2 });
    const runs = await connection.use((store) => listRuns(store));
    expect(runs.map(({ status, summary, error }) => [status, summary, error])).toEqual(
      Array(2).fill(['interrupted', undefined, undefined]),
    );
    const { input, model } = runRecord('a');
    const hash = await requestHash(input.task, input.settings, input.plan, model.id);
    expect(await connection.use((store) => storedAnswer(store, hash, { resultCache: true, resultCacheSize: null }))).toBeNull();
  });

  it.each([
    ['better', 'done', { plan: 'standard', world: { base: 0.3, effects: { contract: 0.2, free: 0.3, demos: 0.3 } } }],
    ['unmeasured', 'done', { plan: 'trial', task: { rows: [] } }],
    ['stopped', 'stopped', { plan: 'standard', stopAt: 60 }],
    ['cut', 'interrupted', { plan: 'standard', upTo: 50 }],
  ] as const)('takes in a run of the method that is %s, with all that it ended with', async (id, status, how) => {
    const { record, events } = await storedRun(id, { ...how, status } as Parameters<typeof storedRun>[1]);
    const lines = events.map((event, seq) => ({ event: { run: id, seq, event } }));
    expect(await importHistory(connection, fileOf({ run: record }, ...lines))).toMatchObject({ runs: 1, problems: [] });
    const [run] = await connection.use((store) => listRuns(store));
    expect(run).toEqual({ ...record, requestHash: run?.requestHash, told: true, imported: true });
  });

  it('keeps a run that was stopped before it had a result', async () => {
    await importHistory(connection, fileOf({ run: runRecord('a', { status: 'stopped' }) }));
    expect((await connection.use((store) => listRuns(store)))[0]?.status).toBe('stopped');
  });

  it('tells of the result that the events hold, not of one that the record names', async () => {
    const stopped = runResult({ optimizedPrompt: 'Real.', verdict: { ...runResult().verdict, outcome: 'stopped' } });
    const lines = [{ run: runRecord('a', { summary }) }, { event: { run: 'a', seq: 0, event: doneEvent(stopped) } }];
    await importHistory(connection, fileOf(...lines));
    const [run] = await connection.use((store) => listRuns(store));
    expect(run).toMatchObject({ status: 'stopped', summary: { outcome: 'stopped', optimizedPrompt: 'Real.' } });
  });

  it.each([[{}], [{ ...runResult(), messages: [{ role: 'user' }] }], [{ ...runResult(), verdict: null }], [undefined]])(
    'with a result that cannot be shown (%#) is told of it',
    async (result) => {
      const lines = [{ run: runRecord('a', { summary }) }, { event: { run: 'a', seq: 0, event: { type: 'done', result } } }];
      const { runs, problems } = await importHistory(connection, fileOf(...lines));
      expect([runs, problems]).toEqual([0, [expect.stringMatching(/^Line 2: .*result/)]]);
    },
  );

  it('takes only replies that a run of the same model names, and leaves the rest to nobody', async () => {
    const run = [{ run: runRecord('a', { status: 'failed' }) }, { event: { run: 'a', seq: 0, event: callEvent(1, 'named') } }];
    const calls = [
      { call: callRecord('named') },
      { call: callRecord('orphan') },
      { call: { ...callRecord('odd'), reply: { ...callRecord('odd').reply, hash: 'named' } } },
    ];
    const { calls: taken, problems } = await importHistory(connection, fileOf(...run, ...calls));
    expect(taken).toBe(1);
    expect(problems).toEqual([
      expect.stringMatching(/^Line 6: this is no stored reply/),
      expect.stringMatching(/^Stored replies that no run here names: 1\./),
    ]);
    expect(await connection.use((store) => store.getAllKeys('calls'))).toEqual(['named']);
    const other = freshConnection();
    expect(await importHistory(other, fileOf(...run, { call: { ...callRecord('named'), model: 'another' } }))).toMatchObject({ calls: 0 });
  });

  it('with a run larger than any is told of it, and what comes after is taken in', async () => {
    const piece = { event: { run: 'a', seq: 0, event: note('x'.repeat(2 ** 20)) } };
    const big = [HEAD, JSON.stringify({ run: runRecord('a', { status: 'failed' }) })].join('\n') + '\n';
    const events = Array.from({ length: 129 }, (_, seq) => JSON.stringify({ event: { ...piece.event, seq } }) + '\n');
    const rest = JSON.stringify({ run: runRecord('b', { status: 'failed' }) }) + '\n' + END;
    const { runs, problems } = await importHistory(connection, new Blob([big, ...events, rest]));
    expect([runs, problems]).toEqual([1, [expect.stringMatching(/^Line 2: this run is larger/)]]);
  }, 60_000);

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

  it('of runs that are nearly right stores none that a list of runs, a run’s page or the API could not show', async () => {
    const base = { run: runRecord('x', { status: 'failed', asked: { by: 'api', sessionId: 's' }, error: 'It broke.' }) };
    const { input } = base.run;
    const full = {
      ...base.run,
      input: { ...input, task: { ...input.task, rows: [{ id: 'r', question: 'q', answer: 'a', origin: 'user' }] } },
    };
    const paths = pathsOf(full);
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(1e20, -1, 8.64e15 + 1, 0.5, '', '\ud800', 'ftp://x', 'http://', '__proto__', null, 2 ** 53),
      fc.constantFrom<unknown>(undefined, 0, 1, true, 'text', 'done', 'interrupted', 'quick', 'https://example.org/'),
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 1, maxLength: 2 });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const run = structuredClone(full) as unknown as RunRecord;
        for (const [path, value] of list) put(run, path, value);
        const other = freshConnection();
        const { runs } = await importHistory(other, fileOf({ run }));
        const [stored] = await other.use((store) => listRuns(store));
        expect(runs).toBe(stored ? 1 : 0);
        if (!stored) return;
        taken++;
        expect(moment(stored.createdAt) + factsOf(stored) + outcomeOf(stored) + askedWords(stored.asked)).not.toBe('');
        expect(runHash(stored.id) + goesToSentence(stored.model)).not.toBe('');
        expect(runResponseOf(found(stored), [], '0.1.0').run_id).toBe(stored.id);
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(20);
  }, 120_000);

  it.each([
    ['a date that no calendar has', { createdAt: 1e20 }],
    ['a date to come', { updatedAt: Date.now() + 2 * 86_400_000 }],
    ['a plan that is none', { input: { ...runRecord('x').input, plan: 'huge' } }],
    ['a setting out of range', { input: { ...runRecord('x').input, settings: { ...runRecord('x').input.settings, topN: 1e9 } } }],
    ['a setting that is a text', { input: { ...runRecord('x').input, settings: { ...runRecord('x').input.settings, topN: '1' } } }],
    ['a server without an address', { model: { engine: 'openai', id: 'm', url: 'far' } }],
    ['an engine that is none', { model: { ...runRecord('x').model, engine: '__proto__' } }],
    ['an id that no address can hold', { id: 'a\ud800' }],
  ])('with a run with %s is told of it', async (_name, change) => {
    const told = await importHistory(connection, fileOf({ run: { ...runRecord('x'), ...change } }));
    expect(told).toMatchObject({ runs: 0, problems: [expect.stringMatching(/^Line 2: /)] });
  });

  it('answers the request that each run holds, not one that the file names, and none of it is sent on', async () => {
    const { input, model } = runRecord('x');
    const real = await requestHash(input.task, input.settings, input.plan, model.id);
    const file = (run: { id: string }) => fileOf({ run }, { event: { run: run.id, seq: 0, event: doneEvent() } });
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
