/** A window that goes away, told in every order that a browser can choose. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWindow } from '../../src/api/relay.ts';
import { load, openWorld, type World } from './world.ts';

let world: World;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  vi.useFakeTimers();
  world = openWorld([]);
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Converse = (
  window: { id: string; port: unknown },
  request: { method: string; path: string; headers: Record<string, string>; body: ArrayBuffer | null },
  caller: string,
  left: AbortSignal,
) => Promise<{ response: Response; elsewhere: boolean }>;
const { converse } = await load<{ converse: Converse }>('api/converse.ts');

function call(left = new AbortController()) {
  const port = { onmessage: null as ((event: { data: FromWindow }) => void) | null, postMessage: () => {}, close: () => {} };
  const request = { method: 'POST', path: 'api/v1/optimize', headers: {}, body: null };
  const given = converse({ id: 'window', port }, request, '', left.signal);
  return { given, say: (data: FromWindow) => port.onmessage!({ data }), left };
}
/** Rejections that nobody took are told in a turn of their own. */
const settled = async (): Promise<void> => {
  vi.useRealTimers();
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
};
const begun: FromWindow = { kind: 'answer', status: 200, headers: {}, body: null, elsewhere: false };

/** A call that its window has begun to answer; looks for that window are answered by the test. */
async function begunCall() {
  const answers: ((client: undefined) => void)[] = [];
  const clients = { get: () => new Promise<undefined>((done) => answers.push(done)) };
  vi.stubGlobal('self', { ...(globalThis.self as object), clients });
  const { given, say } = call();
  say(begun);
  return { answers, response: (await given).response, say };
}

describe('a window that goes away', () => {
  it('is told once, though it is looked for more than once before the first look is answered', async () => {
    const { answers, response } = await begunCall();
    vi.advanceTimersByTime(3_000);
    expect(answers.length).toBe(3);
    for (const answer of answers) answer(undefined);
    await settled();
    const lines = (await response.text()).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'error', code: 'page_closed' });
    expect(unhandled).toEqual([]);
  });

  it('after its last word changes nothing', async () => {
    const { answers, response, say } = await begunCall();
    vi.advanceTimersByTime(1_000);
    say({ kind: 'end' });
    for (const answer of answers) answer(undefined);
    await settled();
    expect(await response.text()).toBe('');
    expect(unhandled).toEqual([]);
  });

  it('hears nothing more from a window whose caller left', async () => {
    const { given, say, left } = call();
    say(begun);
    await given;
    left.abort();
    left.abort();
    expect(() => say({ kind: 'end' })).not.toThrow();
    expect(world.windows).toEqual([]);
    await settled();
    expect(unhandled).toEqual([]);
  });
});
