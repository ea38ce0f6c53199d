/** What the log takes in: runs, models and errors by their figures, and of no prompt a word. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engines/errors.ts';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import { storeError } from '../../src/store/errors.ts';
import { readLog } from '../../src/store/log.ts';
import type { LogRecord } from '../../src/store/records.ts';
import { siteSettings } from '../../src/store/site.ts';
import { createJournal, noteTrouble } from '../../src/worker/journal.ts';
import { freshStorage } from '../store/fresh.ts';
import { countingMethod } from './doubles/countingMethod.ts';
import { MODEL, ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun, type Tab } from './tab.ts';

beforeEach(freshStorage);

/** Newest first; waits for as many lines as the test expects, because a run tells its end before it is in the log. */
async function lines(least: number): Promise<LogRecord[]> {
  const look = connectStore();
  for (;;) {
    const found = await look.use(readLog);
    if (found.length >= least) return look.close().then(() => found);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
const prompt = (text: string) => ({ task: { ...request().task, prompt: text } });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the log of a worker', () => {
  it('tells of a finished run its length, hash, seconds, score, calls, tokens, engine and model', async () => {
    const tab = await openTab();
    const run = await startRun(tab, prompt('Count the fruit.'));
    await tab.ended(run);
    const [finished, loaded] = await lines(2);
    expect(loaded).toMatchObject({ level: 'info', what: 'model-loaded', engine: 'wllama', model: MODEL.id });
    expect(loaded!.figures).toMatchObject({ seconds: expect.any(Number), prefillPerSecond: 100, decodePerSecond: 10 });
    expect(finished).toMatchObject({
      level: 'info',
      what: 'run-finished',
      run,
      promptHash: sha256('Count the fruit.'),
      engine: 'wllama',
      model: MODEL.id,
    });
    expect(finished!.figures).toEqual({ promptLength: 16, seconds: expect.any(Number), score: 0, calls: 4, tokens: 0 });
  });

  it('tells of a run that went wrong the code of the error, as an error', async () => {
    const lost = new EngineError('device-lost', 'The graphics card was lost while it answered “Count the fruit.”');
    const tab = await openTab({ engine: new ScriptedEngine(() => lost) });
    const run = await startRun(tab, prompt('Count the fruit.'));
    await tab.ended(run);
    const [record] = await lines(2);
    expect(record).toMatchObject({ level: 'error', what: 'run-interrupted', code: 'device-lost', promptHash: sha256('Count the fruit.') });
    expect(JSON.stringify(record)).not.toContain('fruit');
  });

  it('tells of a model that could not be loaded, and nothing when the person cancelled', async () => {
    const tab = await openTab();
    tab.engine.loadError = new EngineError('self-test-failed', 'It answered nonsense.');
    await expect(tab.api.load({ ...MODEL, id: 'other' }, () => {})).rejects.toThrow('nonsense');
    expect((await lines(2))[0]).toMatchObject({ level: 'error', what: 'model-failed', code: 'self-test-failed', model: 'other' });
    tab.engine.loadError = null;
    tab.engine.holdLoad = true;
    const load = tab.api.load({ ...MODEL, id: 'third' }, () => {});
    while (tab.engine.loads < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    await tab.api.cancelLoad();
    await expect(load).rejects.toThrow('cancelled');
    // Lines are written in their order: one for the cancelled load would stand before the next.
    tab.engine.loadError = new EngineError('load-failed', 'No.');
    await expect(tab.api.load({ ...MODEL, id: 'fourth' }, () => {})).rejects.toThrow('No.');
    expect((await lines(3)).map(({ what, model }) => [what, model])).toEqual([
      ['model-failed', 'fourth'],
      ['model-failed', 'other'],
      ['model-loaded', MODEL.id],
    ]);
  });

  it.each([
    ['off', []],
    ['error', ['model-failed']],
    ['info', ['model-loaded', 'model-failed']],
  ] as const)('takes in what its level says: %s', async (logLevel, expected) => {
    const connection = connectStore();
    const journal = createJournal(connection, { ...siteSettings(), logLevel });
    await journal.note({ level: 'error', what: 'model-failed' });
    await journal.note({ level: 'info', what: 'model-loaded' });
    expect((await connection.use(readLog)).map(({ what }) => what)).toEqual(expected);
    await connection.close();
  });

  it('has the level of the site', async () => {
    const tab = await openTab({ site: { logLevel: 'error' } });
    await tab.ended(await startRun(tab));
    tab.engine.loadError = new EngineError('load-failed', 'No.');
    await expect(tab.api.load({ ...MODEL, id: 'other' }, () => {})).rejects.toThrow('No.');
    await lines(1);
    // By now a line of the run would be there too: that of one with an error waits for the same.
    const lost = await openTab({ engine: new ScriptedEngine(() => new EngineError('device-lost', 'Gone.')), site: { logLevel: 'error' } });
    await lost.ended(await startRun(lost, prompt('Another.')));
    expect((await lines(2)).map(({ what }) => what)).toEqual(['run-interrupted', 'model-failed']);
  });
});

describe('no word of a prompt', () => {
  const text = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' });
  /** How the run goes: well, or with an error that repeats what was asked wherever an error has room. */
  const ways = fc.constantFrom('well', 'engine error', 'strange error', 'broken method');

  const start = (way: string, asked: string, reply: string): Promise<Tab> => {
    const strange = Object.assign(new Error(asked), { name: asked, code: asked, stack: asked });
    let rehearsed = false;
    return openTab({
      engine: new ScriptedEngine(() =>
        way === 'engine error' ? new EngineError('generation-failed', asked) : way === 'strange error' ? strange : reply,
      ),
      ...(way === 'broken method'
        ? {
            optimize: async function* (...args) {
              if (rehearsed) throw strange;
              rehearsed = true;
              yield* countingMethod()(...args);
            },
          }
        : {}),
    });
  };

  it('of eight characters or more is in the log, whatever was asked, answered or went wrong', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, ways, async (asked, reply, way) => {
        fc.pre(asked.trim() !== '');
        freshStorage();
        const tab = await start(way, asked, reply);
        await tab.ended(await startRun(tab, prompt(asked)));
        const records = await lines(2);
        expect(records.map(({ what }) => what).filter((what) => what.startsWith('run-'))).toHaveLength(1);
        const written = JSON.stringify(records);
        for (const secret of [asked, reply]) {
          for (let at = 0; at + 8 <= secret.length; at++) {
            const part = secret.slice(at, at + 8);
            expect(written).not.toContain(part);
            expect(written).not.toContain(JSON.stringify(part).slice(1, -1));
          }
        }
        await tab.connection.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('trouble of storage', () => {
  const full = (): Connection & { ok: boolean } => {
    const real = connectStore();
    return {
      ok: false,
      use(work) {
        return this.ok ? real.use(work) : Promise.reject(storeError('storage-full'));
      },
      close: () => real.close(),
    };
  };

  it('is noted once in a minute of each kind, is passed on, and is written when storage works again', async () => {
    const connection = full();
    const journal = createJournal(connection, siteSettings());
    const watched = noteTrouble(connection, journal);
    for (let n = 0; n < 3; n++) await expect(watched.use(async () => 1)).rejects.toMatchObject({ name: 'storage-full' });
    connection.ok = true;
    await journal.note({ level: 'info', what: 'run-finished' });
    expect((await lines(2)).map(({ what, code }) => [what, code])).toEqual([
      ['run-finished', undefined],
      ['storage-trouble', 'storage-full'],
    ]);
  });

  it('never disturbs who writes the log', async () => {
    const journal = createJournal(full(), siteSettings());
    await expect(journal.note({ level: 'info', what: 'run-finished' })).resolves.toBeUndefined();
  });
});
