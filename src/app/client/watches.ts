/** The page's watches on runs. They outlive the worker: a new one is asked for what was not heard yet. */
import { proxy } from 'comlink';
import type { RunSink } from '../../worker/protocol.ts';
import type { Link } from './link.ts';
import type { RunHandlers } from './contract.ts';

interface Watch {
  run: string;
  next: number;
  handlers: RunHandlers;
}

export class Watches {
  private readonly all = new Map<Watch, () => void>();

  get any(): boolean {
    return this.all.size > 0;
  }

  /** Answers with the way to end the watch. */
  add(run: string, from: number, handlers: RunHandlers, link: Link): () => void {
    const watch: Watch = { run, next: from, handlers };
    this.attach(watch, link);
    return () => {
      this.all.get(watch)?.();
      this.all.delete(watch);
    };
  }

  attachAll(link: Link): void {
    for (const watch of this.all.keys()) this.attach(watch, link);
  }

  /** No worker will tell any more. */
  interrupted(message: string): void {
    for (const { handlers } of this.all.keys()) handlers.status?.('interrupted', message);
  }

  private attach(watch: Watch, link: Link): void {
    const { run, handlers } = watch;
    let id: number | null = null;
    let over = false;
    const live = () => !over && !link.ended;
    const sink: RunSink = {
      events(batch) {
        const fresh = batch.filter(({ seq }) => seq >= watch.next);
        const last = fresh.at(-1);
        if (!live() || !last) return;
        watch.next = last.seq + 1;
        handlers.events(fresh);
      },
      status: (status, message) => live() && handlers.status?.(status, message),
      tokens: (tokensSoFar) => live() && handlers.tokens?.(tokensSoFar),
      reset() {
        if (!live()) return;
        watch.next = 0;
        handlers.reset?.();
      },
    };
    const unwatch = () => {
      if (id !== null && !link.ended) link.call((api) => api.unwatch(id!)).catch(() => {});
    };
    this.all.set(watch, () => {
      over = true;
      unwatch();
    });
    link
      .call((api) => api.watch(run, watch.next, proxy(sink)))
      .then(
        (given) => {
          id = given;
          if (over) unwatch();
        },
        // A worker that was ended is followed by the next; anything else is told: storage that cannot be read.
        (error: Error) => live() && handlers.status?.('interrupted', error.message),
      );
  }
}
