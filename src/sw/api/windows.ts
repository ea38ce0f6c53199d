/** Open windows of this copy of the app that answer when they are called, the one with a model first. */
import { RELAY, type FromServiceWorker, type FromWindow, type Standing } from '../../api/relay.ts';
import { showsPage } from '../build.ts';

declare const self: ServiceWorkerGlobalScope;

export interface FoundWindow {
  id: string;
  port: MessagePort;
}

/** How long a window may take to say that it is there: a frozen one never does. ms */
const PATIENCE = 2_000;
/** How long others are waited for once one has said so, ms. */
const OTHERS = 200;

/** Whoever is not taken is told so. */
export async function* findWindows(): AsyncGenerator<FoundWindow, void> {
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const waiting = new Set(clients.filter(({ url }) => showsPage(url)).map(call));
  const here: (FoundWindow & { standing: Standing })[] = [];
  const timeUp = after(PATIENCE);
  let others: Promise<void> | null = null;
  try {
    while (waiting.size > 0 || here.length > 0) {
      while (waiting.size > 0 && !here.some(({ standing }) => standing === 2)) {
        const next = [...waiting].map((one) => one.answered.then((standing) => ({ one, standing })));
        const first = await Promise.race([...next, timeUp, ...(others ? [others] : [])]);
        if (!first) break;
        waiting.delete(first.one);
        here.push({ id: first.one.id, port: first.one.port, standing: first.standing });
        others ??= after(OTHERS);
      }
      const best = here.sort((a, b) => b.standing - a.standing).shift();
      if (!best) return;
      yield best;
    }
  } finally {
    for (const { port } of [...waiting, ...here]) {
      port.postMessage({ kind: 'leave' } satisfies FromServiceWorker);
      port.close();
    }
  }
}

function call(client: Client) {
  const { port1: port, port2 } = new MessageChannel();
  const answered = new Promise<Standing>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<FromWindow>) => {
      if (data.kind === 'here') resolve(data.standing);
    };
  });
  client.postMessage({ type: RELAY }, [port2]);
  return { id: client.id, port, answered };
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
