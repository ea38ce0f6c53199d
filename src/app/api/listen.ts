/** Says to the service worker that this window is here; who answers is fetched when it is asked. Part of the first load. */
import { engine } from '../models/engine.svelte.ts';

/** Milliseconds: what is sent is kept until then, and the first load comes first. */
const LATER = 10_000;

export function listen(): void {
  const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  worker?.addEventListener('message', ({ data, ports: [port] }) => {
    // The word stands in api/relay.ts.
    if ((data as { type?: unknown } | null)?.type !== 'promptevolver-api' || !port) return;
    port.postMessage({ kind: 'here', standing: engine.loaded ? 2 : engine.loading ? 1 : 0 });
    port.onmessage = (event) => {
      import('./answer.ts').then(({ answer }) => answer(port, event)).catch(() => port.postMessage({ kind: 'end' }));
    };
  });
  worker?.startMessages();
  // Runs that ended while nobody could take them.
  setTimeout(() => void import('../webhook/sender.ts').then(({ begin }) => begin()).catch(() => {}), LATER);
}
