/** The sandbox's verdicts hold when a run is gone through again, whatever the clock then says. */
import { describe, expect, it } from 'vitest';
import type { Untrusted, UntrustedAnswer } from '../../src/promptwizard/llm.ts';
import type { CallRecord } from '../../src/store/records.ts';
import { createRunUntrusted } from '../../src/worker/untrusted.ts';

const request: Untrusted = { kind: 'function', code: '() => 1', args: ['x', { id: 'r1' }] };
const CUT: UntrustedAnswer = { ok: false, error: 'Your metric took too long and was stopped.' };

function setting(run = 'run') {
  const stored = new Map<string, CallRecord>();
  const state = {
    replaying: false,
    answer: { ok: true, value: 1 } as UntrustedAnswer,
    byClock: false,
    patience: [] as (number | undefined)[],
  };
  const ask = createRunUntrusted({
    run,
    sandbox: {
      run: async (_, patienceMs) => {
        state.patience.push(patienceMs);
        return { answer: state.answer, byClock: state.byClock };
      },
    },
    calls: {
      get: async (hash) => stored.get(hash),
      put: async (call) => (stored.set(call.hash, call), call),
    },
    replaying: () => state.replaying,
  });
  return { stored, state, ask };
}

describe('the way to the sandbox', () => {
  it('stores nothing of what the sandbox decides by itself', async () => {
    const { stored, state, ask } = setting();
    expect(await ask(request)).toEqual({ ok: true, value: 1 });
    state.answer = CUT;
    expect(await ask(request)).toEqual(CUT);
    expect(stored.size).toBe(0);
  });

  it('keeps what the clock has cut, and says it again without running the code', async () => {
    const { stored, state, ask } = setting();
    Object.assign(state, { answer: CUT, byClock: true });
    expect(await ask(request)).toEqual(CUT);
    expect([...stored.values()]).toMatchObject([{ model: 'sandbox', reply: { text: CUT.error, finish: 'timeout' } }]);
    Object.assign(state, { answer: { ok: true, value: 1 }, byClock: false, replaying: true });
    expect(await ask(request)).toEqual(CUT);
    expect(state.patience).toHaveLength(1);
  });

  it('gives what passed once ten times as long when it is gone through again', async () => {
    const { state, ask } = setting();
    await ask(request);
    state.replaying = true;
    await ask(request);
    expect(state.patience).toEqual([undefined, 30_000]);
  });
});
