/** One answer outside of any run: what it asks, when it is refused, and what stops it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TryRequest } from '../../src/worker/protocol.ts';
import { freshStorage } from '../store/fresh.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { ScriptedEngine } from './doubles/ScriptedEngine.ts';
import { openTab, request, startRun } from './tab.ts';

beforeEach(freshStorage);

const ask: TryRequest = { messages: [{ role: 'user', content: 'Count: a fig.' }], maxTokens: 64 };
const nothing = () => {};
/** Answers no call before `open`. */
function gated(): { engine: ScriptedEngine; open(): void } {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return { engine: new ScriptedEngine(() => gate.then(() => 'reply')), open };
}
const asked = async (engine: ScriptedEngine, calls = 1) => {
  for (let tries = 0; engine.requests.length < calls && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(engine.requests).toHaveLength(calls);
};

describe('an answer outside of a run', () => {
  it('asks the same messages as given, as a run does, and is told while it is written', async () => {
    const tab = await openTab();
    const told: number[] = [];
    const reply = await tab.api.tryOut(ask, (tokens) => void told.push(tokens));
    expect(reply).toMatchObject({ text: 'reply to Count: a fig.', finish: 'stop' });
    expect(tab.engine.requests[0]).toMatchObject({ messages: ask.messages, maxTokens: 64, temperature: 0, seed: 0 });
    expect(told).toEqual([1]);
  });

  it('is no longer than the model has room for, and says when there is none', async () => {
    const tab = await openTab();
    await tab.api.tryOut({ messages: [{ role: 'user', content: 'x'.repeat(4 * 1900) }], maxTokens: 1000 }, nothing);
    expect(tab.engine.requests[0]!.maxTokens).toBe(2048 - 1900 - 4 - 48);
    const long: TryRequest = { messages: [{ role: 'user', content: 'x'.repeat(4 * 2048) }], maxTokens: 64 };
    await expect(tab.api.tryOut(long, nothing)).rejects.toMatchObject({
      name: 'context-full',
      message: expect.stringMatching(/2048 tokens/),
    });
  });

  it('is refused without a model, and while another is being written', async () => {
    const { engine, open } = gated();
    const tab = await openTab({ engine });
    const first = tab.api.tryOut(ask, nothing);
    await asked(engine);
    await expect(tab.api.tryOut(ask, nothing)).rejects.toMatchObject({ name: 'busy' });
    open();
    expect((await first).text).toBe('reply');
    await tab.api.unload();
    await expect(tab.api.tryOut(ask, nothing)).rejects.toMatchObject({ name: 'not-loaded' });
  });

  it('is refused while a run is going on, here or in another tab, and the run is not disturbed', async () => {
    const locks = new FakeLocks();
    const { engine, open } = gated();
    const tab = await openTab({ engine, locks });
    const other = await openTab({ locks });
    const run = await startRun(tab);
    await asked(engine);
    await expect(tab.api.tryOut(ask, nothing)).rejects.toMatchObject({
      name: 'busy',
      message: expect.stringMatching(/^A run is going on/),
    });
    await expect(other.api.tryOut(ask, nothing)).rejects.toMatchObject({
      name: 'elsewhere',
      message: expect.stringMatching(/another tab/),
    });
    open();
    expect(await tab.ended(run)).toBe('done');
    expect((await tab.api.tryOut(ask, nothing)).finish).toBe('stop');
  });

  it.each(['the person', 'a run', 'an unload'])('is stopped by %s', async (by) => {
    let first = true;
    const engine = new ScriptedEngine(() => {
      if (!first) return 'reply';
      first = false;
      return new Promise<string>(() => {});
    });
    const tab = await openTab({ engine });
    const trying = tab.api.tryOut(ask, nothing);
    trying.catch(nothing);
    await asked(engine);
    if (by === 'the person') await tab.api.stopTrying();
    else if (by === 'a run') expect(await tab.ended(await startRun(tab, request()))).toBe('done');
    else await tab.api.unload();
    await expect(trying).rejects.toMatchObject({ name: 'aborted' });
  });
});
