import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApi } from '../../src/api/handler.ts';
import { createDoor, type Door } from '../../src/app/embed/door.ts';
import { serve, type Line } from '../../src/app/embed/serve.ts';
import { createClient, type Client, type ClientOptions, type OptimizeEvent } from '../../src/embed/client.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { TestHost } from '../api/doubles/TestHost.ts';
import { inputOf, modelFor, play, world } from '../promptwizard/play.ts';
import { APP, openWindows, SITE, TestWindow, turn, type Windows } from './doubles/windows.ts';

let events: RunEvent[];
beforeAll(async () => {
  const input = inputOf({ plan: 'trial' });
  ({ events } = await play(input, modelFor(input, world())));
});

let windows: Windows;
let host: TestHost;
let door: Door;
let lines: Line[];
let asked: string[];
let allow: () => Promise<boolean>;
let client: Client;
const clients: Client[] = [];

/** The app's page as it is after it was loaded. */
function load(): void {
  lines = [];
  windows.app = Object.assign(windows.app, new TestWindow(windows.app.origin));
  door = createDoor({
    counterpart: windows.siteOfApp as unknown as Window,
    allow: (origin) => (asked.push(origin), allow()),
    enter: (port) => void lines.push(serve(port, { api: createApi(host), onOpen: () => {}, onEnd: () => {} })),
  });
  windows.app.addEventListener('message', (event) => door.hear(event));
  door.ready();
}
const create = (options: Partial<ClientOptions> = {}): Client => {
  client = createClient({ address: `${APP}/`, ...options });
  clients.push(client);
  return client;
};
/** Opens it, and lets the app be loaded. */
async function opened(options: Partial<ClientOptions> = {}): Promise<Client> {
  const opening = create(options).open();
  load();
  await opening;
  return client;
}
const request = { prompt: 'Answer the question.' };
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

beforeEach(() => {
  windows = openWindows();
  host = new TestHost();
  asked = [];
  allow = () => Promise.resolve(true);
});
afterEach(() => {
  for (const one of clients.splice(0)) one.close();
  for (const line of lines ?? []) line.close();
  vi.unstubAllGlobals();
});

describe('a request', () => {
  it('opens the app, waits for the permission, and brings events and the answer', async () => {
    const heard: OptimizeEvent[] = [];
    const answer = create().optimize({ ...request, session_id: 's1' }, { onEvent: (event) => heard.push(event) });
    expect(windows.appOfSite.location.href).toBe(`${APP}/index.html?embed#/embed`);
    load();
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    host.tell('run-1', events, 'done');
    expect(await answer).toMatchObject({ run_id: 'run-1', session_id: 's1', original_prompt: expect.any(String), cached: false });
    expect(await answer).not.toHaveProperty('event');
    expect(asked).toEqual([SITE]);
    expect(heard.map(({ event }) => event)).toEqual(expect.arrayContaining(['waiting', 'result']));
  });

  it('fails as the API does: code, status, sentence and field', async () => {
    await opened();
    expect(await failure(client.optimize({ prompt: 'x', plan: 'endless' as 'trial' }))).toMatchObject({
      name: 'PromptEvolverError',
      code: 'bad_field',
      status: 422,
      field: 'plan',
      detail: expect.stringContaining('plan'),
      message: expect.stringContaining('plan'),
    });
    const circle: Record<string, unknown> = { prompt: 'x' };
    circle['config'] = circle;
    expect(await failure(client.optimize(circle as never))).toMatchObject({ code: 'bad_json', status: 400 });
  });

  it('is answered beside others, each its own', async () => {
    await opened();
    const [one, two] = [client.optimize({ prompt: 'One.' }), client.optimize({ prompt: 'Two.' })];
    await vi.waitFor(() => expect(host.runs.size).toBe(2));
    host.tell('run-2', events, 'done');
    expect((await two).run_id).toBe('run-2');
    host.tell('run-1', events, 'done');
    expect((await one).run_id).toBe('run-1');
    expect(windows.open).toHaveBeenCalledTimes(1);
  });

  it('has a window for each address of an app, and the same one again for the same address', async () => {
    await opened();
    await opened();
    await opened({ address: `${APP}/other/` });
    const names = windows.open.mock.calls.map(([, name]) => name as string);
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
  });

  it('that is aborted fails at once, and its run is stopped', async () => {
    await opened();
    const leave = new AbortController();
    const answer = failure(client.optimize(request, { signal: leave.signal }));
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    leave.abort();
    expect(await answer).toMatchObject({ code: 'cancelled', status: 499 });
    await vi.waitFor(() => expect(host.stopped).toEqual(['run-1']));
    expect(await failure(client.optimize(request, { signal: leave.signal }))).toMatchObject({ code: 'cancelled' });
  });

  it('that is aborted before the permission is never sent', async () => {
    let decide = (_: boolean) => {};
    allow = () => new Promise((resolve) => (decide = resolve));
    const leave = new AbortController();
    const answer = failure(create().optimize(request, { signal: leave.signal }));
    load();
    await vi.waitFor(() => expect(asked).toEqual([SITE]));
    leave.abort();
    expect(await answer).toMatchObject({ code: 'cancelled' });
    decide(true);
    await client.open();
    await turn();
    expect(host.started).toEqual([]);
  });

  it('is answered though its listener throws', async () => {
    await opened();
    const thrown: unknown[] = [];
    const keep = (error: unknown) => thrown.push(error);
    process.on('uncaughtException', keep);
    try {
      const answer = client.optimize(request, {
        onEvent: () => {
          throw new Error('of the listener');
        },
      });
      await vi.waitFor(() => expect(host.runs.size).toBe(1));
      host.tell('run-1', events, 'done');
      expect((await answer).run_id).toBe('run-1');
    } finally {
      process.off('uncaughtException', keep);
    }
  });
});

describe('a connection that fails', () => {
  it('names a window that was blocked', async () => {
    windows.open.mockReturnValue(null);
    expect(await failure(create().optimize(request))).toMatchObject({
      code: 'blocked',
      status: 403,
      detail: expect.stringContaining('click'),
    });
  });

  it('names an app that does not answer, and where it was looked for', async () => {
    expect(await failure(create({ wait: 20 }).open())).toMatchObject({
      code: 'no_answer',
      detail: expect.stringContaining(`${APP}/index.html`),
    });
    expect(windows.site.listening).toBe(0);
  });

  it('names a window that was cut off before it said a word', async () => {
    const opening = failure(create().open());
    windows.appOfSite.closed = true;
    expect(await opening).toMatchObject({ code: 'no_answer', detail: expect.stringContaining('Cross-Origin-Opener-Policy') });
  });

  it('says that the person did not allow it, and asks anew at the next call', async () => {
    allow = () => Promise.resolve(false);
    const opening = failure(create().open());
    load();
    expect(await opening).toMatchObject({ code: 'not_allowed', status: 403 });
    allow = () => Promise.resolve(true);
    door.forget();
    // The window is open already and of another origin: it may not be looked into.
    Object.defineProperty(windows.appOfSite, 'location', {
      get: () => ({
        get href(): string {
          throw new Error('another origin');
        },
        set href(_: string) {},
      }),
    });
    await client.open();
    expect(asked).toEqual([SITE, SITE]);
  });

  it('fails what is open when the window is closed, the app is reloaded, or the app says so', async () => {
    for (const end of [
      () => void (windows.appOfSite.closed = true),
      () => load(),
      () => lines[0]!.close({ status: 503, code: 'page_closed', detail: 'Closed.' }),
    ]) {
      windows = openWindows();
      await opened();
      const answer = failure(client.optimize(request));
      await vi.waitFor(() => expect(host.started.length).toBeGreaterThan(0));
      end();
      expect(await answer).toMatchObject({ code: 'page_closed', status: 503 });
      host = new TestHost();
    }
  });

  it('tells the app when this page is left', async () => {
    await opened();
    const answer = failure(client.optimize(request));
    await vi.waitFor(() => expect(host.runs.size).toBe(1));
    windows.site.dispatch('pagehide', {} as never);
    expect(await answer).toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(host.stopped).toEqual(['run-1']));
  });
});

describe('what others say', () => {
  const allowed = (nonce: string) => ({ type: 'promptevolver-embed', kind: 'allowed', nonce });

  it('is not heard: another window, another origin, another nonce, no port', async () => {
    const opening = create({ wait: 200 })
      .open()
      .then(
        () => 'open',
        (error: { code: string }) => error.code,
      );
    const sent = vi.spyOn(windows.appOfSite, 'postMessage');
    windows.siteOfApp.postMessage({ type: 'promptevolver-embed', kind: 'ready', version: 1 }, '*');
    await vi.waitFor(() => expect(sent).toHaveBeenCalled());
    const [hello, target] = sent.mock.calls[0] as unknown as [{ nonce: string }, string];
    expect(target).toBe(APP);
    const { port1 } = new MessageChannel();
    const source = windows.appOfSite as unknown as Window;
    const data = allowed(hello.nonce);
    windows.site.dispatch('message', { data, origin: APP, source: {} as Window, ports: [port1] });
    windows.site.dispatch('message', { data, origin: 'https://evil.example', source, ports: [port1] });
    windows.site.dispatch('message', { data: allowed('another-one'), origin: APP, source, ports: [port1] });
    windows.site.dispatch('message', { data, origin: APP, source, ports: [] });
    for (const odd of [null, 'x', 7, {}, { type: 'promptevolver-embed' }])
      windows.site.dispatch('message', { data: odd, origin: APP, source, ports: [port1] });
    const early = await Promise.race([opening, turn(50).then(() => 'waiting')]);
    expect(early).toBe('waiting');
    port1.close();
  });

  it('does not reach the site when the app’s window shows another origin', async () => {
    windows.app.origin = 'https://evil.example';
    const opening = failure(create({ wait: 100 }).open());
    const heard: unknown[] = [];
    windows.app.addEventListener('message', ({ data }) => heard.push(data));
    windows.siteOfApp.postMessage({ type: 'promptevolver-embed', kind: 'ready', version: 1 }, '*');
    expect(await opening).toMatchObject({ code: 'no_answer' });
    expect(heard).toEqual([]);
  });
});

describe('a frame', () => {
  it('is hidden until the person is asked, and when that is over', async () => {
    let decide = (_: boolean) => {};
    allow = () => new Promise((resolve) => (decide = resolve));
    const opening = create({ mode: 'frame' }).open();
    const [frame] = windows.frames;
    expect([frame!.src, frame!.hidden]).toEqual([`${APP}/index.html?embed#/embed`, true]);
    load();
    await vi.waitFor(() => expect(frame!.hidden).toBe(false));
    decide(true);
    await opening;
    expect(frame!.hidden).toBe(true);
    lines[0]!.show(true);
    await vi.waitFor(() => expect(frame!.hidden).toBe(false));
    client.close();
    expect(frame!.isConnected).toBe(false);
  });

  it('that is taken out of the page ends the connection', async () => {
    await opened({ mode: 'frame' });
    const answer = failure(client.optimize(request));
    windows.frames[0]!.remove();
    expect(await answer).toMatchObject({ code: 'page_closed' });
  });
});

it.each([
  [`${APP}/tools/`, `${APP}/tools/index.html?embed#/embed`],
  [`${APP}/tools`, `${APP}/tools/index.html?embed#/embed`],
  [`${APP}/tools/index.html?x#/runs`, `${APP}/tools/index.html?embed#/embed`],
])('the address %s is that of %s', async (address, href) => {
  void failure(create({ address }).open());
  expect(windows.appOfSite.location.href).toBe(href);
});

it.each(['the app', '/tools/', 'file:///home/app/', 'javascript:alert(1)', 'data:text/html,x', 'ftp://app.example/'])(
  'the address %s is refused at once',
  (address) => {
    expect(() => createClient({ address })).toThrow(TypeError);
  },
);
