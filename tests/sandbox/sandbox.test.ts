/** The worker around the sandbox: its clock, its return after a cut, and what is no fault of the user's code. */
import { describe, expect, it } from 'vitest';
import type { Untrusted } from '../../src/promptwizard/llm.ts';
import type { FromSandbox, ToSandbox } from '../../src/sandbox/protocol.ts';
import { createSandbox, type SandboxWorker } from '../../src/sandbox/sandbox.ts';

const request = (code: string): Untrusted => ({ kind: 'function', code, args: [] });

/** Answers with the code, unless that says otherwise. */
function doubles(begin: FromSandbox | null = { kind: 'ready' }) {
  const made: { port: SandboxWorker; ended: boolean; asked: string[] }[] = [];
  const make = (): SandboxWorker => {
    const say = (message: FromSandbox) =>
      setTimeout(() => !one.ended && one.port.onmessage?.({ data: message } as MessageEvent<FromSandbox>), 1);
    const one: (typeof made)[number] = {
      ended: false,
      asked: [],
      port: {
        onmessage: null,
        onerror: null,
        terminate: () => void (one.ended = true),
        postMessage({ id, request: { code } }: ToSandbox & { request: { code?: string } }) {
          one.asked.push(code ?? '');
          if (code === 'break') say({ kind: 'unavailable', why: 'out of memory' });
          else if (code !== 'hang') say({ kind: 'answer', id, answer: { ok: true, value: code } });
        },
      },
    };
    made.push(one);
    if (begin) say(begin);
    return one.port;
  };
  return { made, make };
}

describe('the sandbox', () => {
  it('answers one request after the other in one worker', async () => {
    const { made, make } = doubles();
    const sandbox = createSandbox(make);
    const answers = await Promise.all(['a', 'b', 'c'].map((code) => sandbox.run(request(code))));
    expect(answers.map(({ answer, byClock }) => [answer.ok && answer.value, byClock])).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
    ]);
    expect(made).toHaveLength(1);
    sandbox.end();
    expect(made[0]!.ended).toBe(true);
  });

  it('ends a worker that does not answer, says so, and goes on with another', async () => {
    const { made, make } = doubles();
    const sandbox = createSandbox(make);
    const [hung, next] = await Promise.all([sandbox.run(request('hang'), 30), sandbox.run(request('b'), 1000)]);
    expect(hung).toEqual({ answer: { ok: false, error: 'Your metric took too long and was stopped.' }, byClock: true });
    expect(next).toEqual({ answer: { ok: true, value: 'b' }, byClock: false });
    expect(made.map(({ ended, asked }) => [ended, asked])).toEqual([
      [true, ['hang']],
      [false, ['b']],
    ]);
    sandbox.end();
  });

  it.each([
    ['cannot be started', { kind: 'unavailable', why: 'no WebAssembly' } as FromSandbox, /no WebAssembly.*Check the connection/],
    ['never says a word', null, /did not start/],
  ])('that %s rejects, and another try makes another worker', async (_, begin, said) => {
    const { made, make } = doubles(begin);
    const sandbox = createSandbox(make, 50);
    for (let i = 0; i < 2; i++)
      await expect(sandbox.run(request('a'))).rejects.toMatchObject({ name: 'sandbox-unavailable', message: expect.stringMatching(said) });
    expect(made.map(({ ended }) => ended)).toEqual([true, true]);
  });

  it('that breaks in the middle rejects, and the next request is answered', async () => {
    const sandbox = createSandbox(doubles().make);
    await expect(sandbox.run(request('break'))).rejects.toMatchObject({ name: 'sandbox-unavailable' });
    expect((await sandbox.run(request('a'))).answer).toEqual({ ok: true, value: 'a' });
    sandbox.end();
  });

  it('whose script cannot be fetched rejects', async () => {
    const { make } = doubles(null);
    const sandbox = createSandbox(() => {
      const port = make();
      setTimeout(() => port.onerror?.({ preventDefault() {} } as ErrorEvent), 1);
      return port;
    });
    await expect(sandbox.run(request('a'))).rejects.toThrow(/script could not be fetched/);
  });
});
