/** Answers one request that the service worker relays. */
import type { FromServiceWorker, FromWindow } from '../../api/relay.ts';
import { api } from './api.ts';

/** @param first the first message on this port */
export function answer(port: MessagePort, first: MessageEvent<FromServiceWorker>): void {
  const left = new AbortController();
  const say = (message: FromWindow) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<FromServiceWorker>) => {
    if (data.kind === 'leave') left.abort();
  };
  if (first.data.kind !== 'request') return port.close();
  void respond(first.data, say, left.signal).finally(() => {
    say({ kind: 'end' });
    port.close();
  });
}

async function respond(
  { method, path, headers, body }: Extract<FromServiceWorker, { kind: 'request' }>,
  say: (message: FromWindow) => void,
  signal: AbortSignal,
): Promise<void> {
  const onRun = (run: string) => say({ kind: 'run', run });
  const given = await api.handle({ method, path, headers, body: body && new Uint8Array(body), signal, onRun });
  const { status, elsewhere = false } = given;
  say({ kind: 'answer', status, headers: given.headers, body: 'body' in given ? given.body : null, elsewhere });
  if ('body' in given) return;
  for await (const event of given.events) say({ kind: 'event', event });
}
