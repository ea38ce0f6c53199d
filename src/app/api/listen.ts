/** Says to the service worker that this window is here; who answers is fetched when it is asked. Part of the first load. */
import { engine } from '../models/engine.svelte.ts';
import { soon } from '../parts/soon.ts';
import { hearTabs } from '../webhook/tabs.ts';

export function listen(): void {
  const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  worker?.addEventListener('message', ({ data, ports: [port] }) => {
    // The word stands in api/relay.ts.
    if ((data as { type?: unknown } | null)?.type !== 'promptevolver-api' || !port) return;
    port.postMessage({ kind: 'here', standing: engine.loaded ? 2 : engine.loading ? 1 : 0 });
    port.onmessage = (event) => {
      // Another window was chosen: nothing is fetched for that.
      if (event.data.kind === 'leave') return port.close();
      import('./answer.ts').then(({ answer }) => answer(port, event)).catch(() => port.postMessage({ kind: 'end' }));
    };
  });
  worker?.startMessages();
  // Runs that ended while nobody could take them.
  const send = () => void sendWaiting().catch(() => {});
  soon(() => {
    send();
    hearTabs(send);
  });
}

/** Nothing more is fetched where nobody is to be told. */
async function sendWaiting(): Promise<void> {
  const { readPreference } = await import('../client/preferences.ts');
  if ((await readPreference('webhook'))?.allowed) await (await import('../webhook/sender.ts')).begin();
}
