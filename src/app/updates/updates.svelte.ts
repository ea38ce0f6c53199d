/** The service worker from the page's side: registered, looked after, and changed for a new one when the person says so. */
import type { EngineName } from '../../engines/engine.ts';
import type { PageWord } from '../../sw/protocol.ts';
import { connection } from '../client/history.ts';
import { optimizer } from '../client/optimizer.ts';
import { markInterrupted } from '../../store/owners.ts';
import { runsByStatus } from '../../store/runs.ts';

/** Milliseconds between two looks for a new version, and for the end of a run. */
const LOOK_EVERY = 60_000;
const RUN_EVERY = 2000;

class Updates {
  /** A new version is here and waits. */
  waiting = $state(false);
  /** A run goes on, in whatever window: the new version is offered when it has ended. */
  busy = $state(true);
  private registration: ServiceWorkerRegistration | null = null;
  private wanted = false;

  /** Without service workers, or where they are forbidden, the page works as any other page. */
  async register(): Promise<void> {
    const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
    if (!serviceWorker) return;
    serviceWorker.addEventListener('controllerchange', () => {
      if (this.wanted) location.reload();
    });
    try {
      this.registration = await serviceWorker.register('./sw.js', { updateViaCache: 'none' });
    } catch {
      return;
    }
    this.look();
    this.registration.addEventListener('updatefound', () => {
      this.registration?.installing?.addEventListener('statechange', () => this.look());
    });
    this.lookAgain();
    this.keepEngines(serviceWorker);
  }

  /** Takes the new version: the page is loaded anew, and what was typed is kept. */
  use(): void {
    this.wanted = true;
    if (this.registration?.waiting) this.registration.waiting.postMessage({ type: 'promptevolver-use-new' } satisfies PageWord);
    else location.reload();
  }

  /** The first worker of a browser waits for nobody: there is none before it. */
  private look(): void {
    const before = this.waiting;
    this.waiting = this.registration?.waiting != null && navigator.serviceWorker.controller !== null;
    if (this.waiting && !before) void this.lookForRuns();
  }

  private async lookForRuns(): Promise<void> {
    try {
      await connection.use((store) => markInterrupted(store));
      this.busy = (await connection.use((store) => runsByStatus(store, ['queued', 'running', 'paused']))).length > 0;
    } catch {
      this.busy = false;
    }
    setTimeout(() => void this.lookForRuns(), RUN_EVERY);
  }

  private lookAgain(): void {
    let last = Date.now();
    addEventListener('focus', () => {
      if (Date.now() - last < LOOK_EVERY) return;
      last = Date.now();
      void this.registration?.update().catch(() => {});
    });
  }

  private keepEngines(serviceWorker: ServiceWorkerContainer): void {
    const told = new Set<EngineName>();
    optimizer.onEngineState(({ model }) => {
      if (model.state !== 'ready' || told.has(model.model.ref.engine)) return;
      const { engine } = model.model.ref;
      told.add(engine);
      void serviceWorker.ready.then(({ active }) =>
        active?.postMessage({ type: 'promptevolver-keep-engine', engine } satisfies PageWord),
      );
    });
  }
}

export const updates = new Updates();
