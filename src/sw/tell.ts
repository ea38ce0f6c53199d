import { showsPage } from './build.ts';
import type { News } from './protocol.ts';

declare const self: ServiceWorkerGlobalScope;

/** Tells every open page, also one that was loaded without this worker; not those of another copy in another folder. */
export async function tell(news: News): Promise<void> {
  for (const client of await self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
    if (showsPage(client.url)) client.postMessage(news);
}
