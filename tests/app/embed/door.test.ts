import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoor, type Door } from '../../../src/app/embed/door.ts';
import { turn } from '../../embed/doubles/windows.ts';

type Sent = { kind: string; nonce?: string; error?: { code: string; detail: string }; target: string; port?: MessagePort };

let door: Door;
let sent: Sent[];
let asked: string[];
let entered: string[];
let answers: ((yes: boolean) => void)[];
const ports: MessagePort[] = [];
const counterpart = {
  postMessage: (data: Omit<Sent, 'target'>, target: string, [port]: MessagePort[] = []) => {
    if (port) ports.push(port);
    sent.push({ ...data, target, ...(port ? { port } : {}) });
  },
} as unknown as Window;

const NONCE = 'abcdefgh-1';
const hello = (nonce = NONCE, version: unknown = 1) => ({ type: 'promptevolver-embed', kind: 'hello', version, nonce });
const from = (origin: string, data: unknown = hello(), source: unknown = counterpart) =>
  door.hear({ data, origin, source: source as Window });
const kinds = () => sent.map(({ kind }) => kind);
const decide = async (yes: boolean) => {
  await turn();
  answers.shift()!(yes);
  await turn();
};

function make(now?: () => number): void {
  sent = [];
  asked = [];
  entered = [];
  answers = [];
  door = createDoor({
    counterpart,
    allow: (origin) => (asked.push(origin), new Promise((resolve) => answers.push(resolve))),
    enter: (port, origin) => (ports.push(port), entered.push(origin)),
    ...(now ? { now } : {}),
  });
}
beforeEach(() => {
  let time = 0;
  make(() => (time += 200));
});
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

describe('the door', () => {
  it('asks the person, then gives a port to the origin that said hello, with its nonce', async () => {
    from('https://example.org');
    expect(sent).toMatchObject([{ kind: 'asking', target: 'https://example.org', nonce: NONCE }]);
    await decide(true);
    expect(asked).toEqual(['https://example.org']);
    expect(entered).toEqual(['https://example.org']);
    expect(sent[1]).toMatchObject({ kind: 'allowed', target: 'https://example.org', nonce: NONCE, port: expect.anything() });
  });

  it('gives none when the person says no, and asks nobody again', async () => {
    from('https://example.org');
    await decide(false);
    from('https://example.org', hello('another-nonce'));
    await turn();
    expect(kinds()).toEqual(['asking', 'refused', 'asking', 'refused']);
    expect(sent[3]).toMatchObject({ nonce: 'another-nonce', error: { code: 'not_allowed' } });
    expect([asked.length, entered]).toEqual([1, []]);
    door.forget();
    from('https://example.org');
    await decide(true);
    expect(entered).toEqual(['https://example.org']);
  });

  it('does not hear any other window', async () => {
    for (const source of [null, {}, { ...counterpart }]) from('https://example.org', hello(), source);
    await turn();
    expect([sent, asked]).toEqual([[], []]);
  });

  it('is pinned to the first origin, also before the person has answered', async () => {
    from('https://example.org');
    from('https://evil.example', hello('evil-nonce'));
    await decide(true);
    from('https://evil.example', hello('evil-nonce'));
    from('http://example.org', hello('evil-nonce'));
    await turn();
    expect(asked).toEqual(['https://example.org']);
    expect(entered).toEqual(['https://example.org']);
    const evil = sent.filter(({ nonce }) => nonce === 'evil-nonce');
    expect(evil.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused']);
    expect(sent.filter(({ port }) => port).map(({ target }) => target)).toEqual(['https://example.org']);
  });

  it.each(['null', '', 'file://', 'data:x'])('refuses a page without an origin: %j', async (origin) => {
    from(origin);
    await turn();
    expect(sent).toMatchObject([{ kind: 'refused', target: '*', error: { code: 'not_allowed' } }]);
    expect(asked).toEqual([]);
  });

  it('refuses a client of another version, in words', async () => {
    from('https://example.org', hello(NONCE, 2));
    await turn();
    expect(sent).toMatchObject([{ kind: 'refused', error: { code: 'other_version' } }]);
    expect(asked).toEqual([]);
  });

  it('answers the last hello only, of a page that was reloaded while the person was asked', async () => {
    from('https://example.org', hello('first-nonce'));
    from('https://example.org', hello('second-nonce'));
    await decide(true);
    expect(sent.filter(({ kind }) => kind === 'allowed').map(({ nonce }) => nonce)).toEqual(['second-nonce']);
    expect(entered).toHaveLength(1);
  });

  it('lets nobody in once it is shut', async () => {
    from('https://example.org');
    await decide(true);
    door.shut({ status: 429, code: 'flood', detail: 'Too many.' });
    from('https://example.org', hello('third-nonce'));
    await turn();
    expect(sent.at(-1)).toMatchObject({ kind: 'refused', nonce: 'third-nonce', error: { code: 'flood' } });
    expect(entered).toHaveLength(1);
  });

  it('does not even refuse a flood of hellos', async () => {
    make(() => 0);
    for (let i = 0; i < 1000; i++) from('https://example.org', hello(`nonce-${i}-long`));
    await turn();
    expect(sent.length).toBeLessThanOrEqual(10);
    expect(asked).toHaveLength(1);
  });

  it('says to anybody that it is there, and nothing else with it', () => {
    door.ready();
    expect(sent).toEqual([{ type: 'promptevolver-embed', kind: 'ready', version: 1, target: '*' }]);
  });

  it('says nothing to messages that are no hello', async () => {
    const post = vi.spyOn(counterpart, 'postMessage');
    const near = fc.record(
      {
        type: fc.oneof(fc.constant('promptevolver-embed'), fc.anything()),
        kind: fc.oneof(fc.constantFrom('ready', 'allowed', 'hello'), fc.anything()),
        version: fc.oneof(fc.integer(), fc.anything()),
        nonce: fc.oneof(
          fc.string({ maxLength: 7 }),
          fc.string().map((text) => `${text}<b>`),
          fc.anything().filter((value) => typeof value !== 'string'),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), near), async (data) => {
        await door.hear({ data, origin: 'https://example.org', source: counterpart });
        expect(post).not.toHaveBeenCalled();
      }),
    );
    post.mockRestore();
  });
});
