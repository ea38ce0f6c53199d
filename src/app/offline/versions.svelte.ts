/** Which version of the app this page shows, and whether another one is ready. */
import type { EngineCode, News } from '../../sw/protocol.ts';
import { form } from '../optimize/form.svelte.ts';
import { ask, registration } from './serviceWorker.ts';
import { underWay } from './underWay.ts';

/** How often coming back to the page asks the server, ms. */
const PAUSE = 10_000;

class Versions {
  /** Has all its files and waits for the person's word. */
  waiting = $state.raw<ServiceWorker | null>(null);
  /** Another tab changed to a new version; this one goes on as it is. */
  replaced = $state(false);
  /** The server no longer has what this version needs. */
  outdated = $state(false);
  /** Files that could not be fetched, and whether the page is kept for use without a network all the same. */
  missing = $state.raw<{ files: readonly string[]; whole: boolean } | null>(null);
  changing = $state(false);
  /** What a change has to wait for, in words after “when”; empty: nothing. null: not known yet. */
  waitsFor = $state<string | null>(null);
  /** Why the new version was not taken, in a sentence; empty: nothing was in its way. */
  problem = $state('');
  private asked = -Infinity;

  /** Once, after the first paint. */
  async watch(): Promise<void> {
    const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    // Before the first worker of a copy in a folder has come, that of one in a folder above may be in charge.
    let controlled = worker?.controller?.scriptURL === new URL('sw.js', document.baseURI).href;
    worker?.addEventListener('controllerchange', () => {
      void registration.then((found) => found && this.see(found));
      if (this.changing) location.reload();
      else if (controlled) this.replaced = true;
      // The first worker has taken over the page that brought it.
      controlled = true;
    });
    worker?.addEventListener('message', ({ data }: MessageEvent<News | null>) => this.hear(data));
    const found = await registration;
    if (!found) return;
    const follow = () => {
      for (const one of [found.installing, found.waiting]) one?.addEventListener('statechange', () => this.see(found));
      this.see(found);
    };
    follow();
    found.addEventListener('updatefound', follow);
    const lookAgain = () => document.visibilityState === 'visible' && this.look(found);
    addEventListener('focus', lookAgain);
    document.addEventListener('visibilitychange', lookAgain);
    addEventListener('online', lookAgain);
  }

  /** The first worker of all waits for nobody. */
  private see({ waiting, active }: ServiceWorkerRegistration): void {
    // A newer one has taken the place of the one that was asked for.
    if (waiting?.state === 'installed' && waiting !== this.waiting) this.changing = false;
    this.waiting = active ? waiting : null;
    if (this.waiting) this.missing = null;
  }

  private look(found: ServiceWorkerRegistration, now = false): void {
    if (!now && performance.now() - this.asked < PAUSE) return;
    this.asked = performance.now();
    // Without a network there is nothing new.
    found.update().catch(() => {});
  }

  private hear(news: News | null): void {
    if (news?.type === 'sw-missing') {
      this.missing = news;
      console.warn(`Not kept for use without a network: ${news.files.join(', ')}`);
    } else if (news?.type === 'sw-outdated') {
      this.outdated = true;
      void registration.then((found) => found && this.look(found, true));
    }
  }

  /** The code of the loaded model's engine. What fails is tried again with the next load. */
  async keep(engine: EngineCode): Promise<void> {
    await ask('take-engine', { engine }).catch((error: Error) => console.warn(error.message));
  }

  /** Whether a change may begin now. A page that has lost the part that looks needs one. */
  async lookUnderWay(): Promise<boolean> {
    this.waitsFor = await underWay().catch(() => '');
    return this.waitsFor === '';
  }

  /**
   * What was typed is stored first; the page comes back with it. Does nothing while something is under way.
   * @param anyhow also when it could not be stored
   */
  async use(anyhow = false): Promise<void> {
    // A form that was not open yet knows nothing of the draft that is stored.
    await form.restore();
    await form.save();
    if (form.unsaved !== null && !anyhow) {
      this.problem = `What you typed cannot be kept, and would be lost: ${form.unsaved}`;
      return;
    }
    this.problem = '';
    // Something may have begun since the button was drawn.
    if (!(await this.lookUnderWay())) return;
    // Another tab may have put it in charge, or a newer one may be in its place.
    if (this.waiting?.state !== 'installed') return location.reload();
    this.changing = true;
    try {
      await ask('use-now', {}, this.waiting);
    } catch (error) {
      this.changing = false;
      this.problem = (error as Error).message;
    }
  }
}

export const versions = new Versions();
