/** What a window does that the service worker calls, before anything of the API is fetched. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listen } from '../../src/app/api/listen.ts';
import { RELAY } from '../../src/api/relay.ts';

const seen = vi.hoisted(() => ({ fetched: 0 }));
/** A double of the part that is fetched to answer. */
vi.mock('../../src/app/api/answer.ts', () => {
  seen.fetched++;
  return { answer: (port: MessagePort) => port.postMessage({ kind: 'end' }) };
});

let port: MessagePort;
let heard: unknown[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const worker = Object.assign(new EventTarget(), { startMessages: () => {} });
  vi.stubGlobal('navigator', { serviceWorker: worker });
  const { port1, port2 } = new MessageChannel();
  port = port1;
  heard = [];
  port.onmessage = ({ data }) => heard.push(data);
  listen();
  worker.dispatchEvent(Object.assign(new Event('message'), { data: { type: RELAY }, ports: [port2] }));
});
afterEach(() => {
  port.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const closed = () => new Promise<void>((done) => port.addEventListener('close', () => done()));

it('says at once that it is there, and fetches nothing when another window is chosen', async () => {
  await vi.waitFor(() => expect(heard).toEqual([{ kind: 'here', standing: 0 }]));
  const ended = closed();
  port.postMessage({ kind: 'leave' });
  await ended;
  expect(seen.fetched).toBe(0);
});

it('fetches what answers when a request comes', async () => {
  port.postMessage({ kind: 'request', method: 'GET', path: 'api/health', headers: {}, body: null });
  await vi.waitFor(() => expect(heard).toContainEqual({ kind: 'end' }));
  expect(seen.fetched).toBe(1);
});
