import { afterEach, describe, expect, it } from 'vitest';
import type { SeqEvent } from '../../src/store/events.ts';
import type { RunRecord } from '../../src/store/records.ts';
import { Watchers } from '../../src/worker/watchers.ts';
import { note, runRecord } from '../store/records.ts';

const soon = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
const event = (seq: number): SeqEvent => ({ seq, event: note(`${seq}`) });

/** A stored list that grows, watched. `readMs`: how long the store takes to answer. */
function stage({ stored = 0, readMs = 0, here = true, record = runRecord('a', { status: 'running' }) as RunRecord | undefined } = {}) {
  const list = Array.from({ length: stored }, (_, seq) => event(seq));
  const state = { record };
  const watchers = new Watchers({
    async readEvents(_run, from, limit) {
      const found = list.slice(from, from + limit);
      await soon(readMs);
      return found;
    },
    readRun: async () => state.record,
    isHere: () => here,
    pollMs: 5,
  });
  const heard = { seqs: [] as number[], batches: 0, statuses: [] as string[] };
  const sink = {
    events: (batch: SeqEvent[]) => {
      heard.batches++;
      heard.seqs.push(...batch.map(({ seq }) => seq));
    },
    status: (status: string) => void heard.statuses.push(status),
    tokens: () => {},
    reset: () => {},
  };
  const grow = (count: number) => {
    const batch = Array.from({ length: count }, (_, i) => event(list.length + i));
    list.push(...batch);
    watchers.publish('a', batch);
  };
  return { watchers, heard, sink, grow, state, list };
}

const upTo = (count: number) => Array.from({ length: count }, (_, seq) => seq);
const open: { watchers: Watchers; id: number }[] = [];
afterEach(() => {
  for (const { watchers, id } of open.splice(0)) watchers.unwatch(id);
});

describe('a watcher', () => {
  it('that comes late hears all from the store, then what is new', async () => {
    const { watchers, heard, sink, grow } = stage({ stored: 1_000 });
    open.push({ watchers, id: await watchers.watch('a', 0, sink) });
    grow(3);
    expect(heard.seqs).toEqual(upTo(1_003));
  });

  it('hears each event once and in order when the run goes on while the store is read', async () => {
    const { watchers, heard, sink, grow } = stage({ stored: 500, readMs: 4 });
    const watching = watchers.watch('a', 0, sink);
    for (let i = 0; i < 10; i++) {
      grow(7);
      await soon(2);
    }
    open.push({ watchers, id: await watching });
    await soon(30);
    expect(heard.seqs).toEqual(upTo(570));
  });

  it('that has heard more than is stored (the worker died before it was written) hears nothing again', async () => {
    const { watchers, heard, sink, grow } = stage({ stored: 2 });
    open.push({ watchers, id: await watchers.watch('a', 5, sink) });
    for (let i = 0; i < 5; i++) grow(1);
    await soon(20);
    expect(heard.seqs).toEqual([5, 6]);
  });

  it('that begins in the middle of a batch hears its end only', async () => {
    const { watchers, heard, sink, grow } = stage({ stored: 0 });
    open.push({ watchers, id: await watchers.watch('a', 2, sink) });
    grow(4);
    await soon(20);
    expect(heard.seqs).toEqual([2, 3]);
  });

  it('of another tab’s run hears what is stored meanwhile, until its end', async () => {
    const { watchers, heard, sink, list, state } = stage({ stored: 1, here: false });
    open.push({ watchers, id: await watchers.watch('a', 0, sink) });
    list.push(event(1));
    await soon(30);
    state.record = runRecord('a', { status: 'done' });
    list.push(event(2));
    await soon(30);
    expect(heard.seqs).toEqual([0, 1, 2]);
    expect(heard.statuses).toEqual(['running', 'done']);
  });

  it('hears nothing after its end, and does not disturb the others when its page is gone', async () => {
    const { watchers, heard, sink, grow } = stage();
    const gone = await watchers.watch('a', 0, {
      ...sink,
      events: () => {
        throw new Error('the port is closed');
      },
    });
    const ended = await watchers.watch('a', 0, sink);
    open.push({ watchers, id: gone }, { watchers, id: await watchers.watch('a', 0, sink) });
    watchers.unwatch(ended);
    grow(2);
    expect(heard.seqs).toEqual([0, 1]);
  });
});
