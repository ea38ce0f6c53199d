/** A test double of Web Locks over several tabs: exclusive, in order, and freed when a tab dies. */

interface Request {
  name: string;
  tab: number;
  start(): void;
}

export class FakeLocks {
  private held: Request[] = [];
  private queue: Request[] = [];
  private tabs = 0;

  /** The lock manager as one tab sees it, and the way to kill that tab. */
  tab(): { locks: LockManager; die(): void } {
    const tab = ++this.tabs;
    const request = (name: string, options: LockOptions | LockGrantedCallback<unknown>, callback?: LockGrantedCallback<unknown>) => {
      const work = (callback ?? options) as LockGrantedCallback<unknown>;
      const signal = callback ? (options as LockOptions).signal : undefined;
      if (callback && (options as LockOptions).ifAvailable && this.held.some((one) => one.name === name)) {
        return Promise.resolve().then(() => callback(null));
      }
      return new Promise((resolve, reject) => {
        const mine: Request = {
          name,
          tab,
          start: () => {
            Promise.resolve(work({ name, mode: 'exclusive' }))
              .then(resolve, reject)
              .finally(() => this.free(mine));
          },
        };
        signal?.addEventListener('abort', () => {
          const waiting = this.queue.indexOf(mine);
          if (waiting < 0) return;
          this.queue.splice(waiting, 1);
          reject(new DOMException('aborted', 'AbortError'));
        });
        this.queue.push(mine);
        void Promise.resolve().then(() => this.grant());
      });
    };
    const query = async () => ({ held: this.held.map(({ name }) => ({ name, mode: 'exclusive' as const })), pending: [] });
    return { locks: { request, query } as unknown as LockManager, die: () => this.die(tab) };
  }

  private die(tab: number): void {
    this.queue = this.queue.filter((request) => request.tab !== tab);
    for (const request of this.held.filter((r) => r.tab === tab)) this.free(request);
  }
  private free(request: Request): void {
    this.held = this.held.filter((r) => r !== request);
    this.grant();
  }
  private grant(): void {
    for (const request of [...this.queue]) {
      if (this.held.some(({ name }) => name === request.name)) continue;
      this.queue = this.queue.filter((r) => r !== request);
      this.held.push(request);
      request.start();
    }
  }
}
