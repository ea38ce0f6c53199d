/** Hears what the system hands over; who takes it in is fetched when something comes. Part of the first load. */
import { soon } from '../parts/soon.ts';
import { SHARED_HASH } from '../route.ts';

/** Of Chromium, for installed pages; not in the types yet. */
export interface LaunchParams {
  targetURL?: string | null;
  files?: readonly FileSystemFileHandle[];
}
interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

export function listenForArrivals(): void {
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer((params) => void import('./arrivals.ts').then((it) => it.launched(params)));
  if (location.hash === SHARED_HASH) soon(() => void import('./arrivals.ts').then((it) => it.shared()));
}
