/** One living worker, and calls to it that do not outlive it. */
import { proxy, releaseProxy, wrap, type Remote } from 'comlink';
import type { OptimizerApi, WorkerListener } from '../../worker/protocol.ts';
import { startHeartbeat } from './heartbeat.ts';

export type Spawn = () => Worker;

export interface LinkParts {
  spawn: Spawn;
  listener: WorkerListener;
  /** Milliseconds without an answer after which the worker counts as hung, as things are now. */
  patience(): number;
  /** The worker hung, or failed by itself; it is still to be ended. */
  lost(why: 'hung' | 'crashed'): void;
  heartbeatMs?: number;
}

export const workerEnded = (message = 'The optimizer in this page was restarted. A run that was going on is kept; go on with it.'): Error =>
  Object.assign(new Error(message), { name: 'worker-ended' });

export class Link {
  private readonly worker: Worker;
  private readonly api: Remote<OptimizerApi>;
  private readonly gone: Promise<never>;
  private refuse: (error: Error) => void = () => {};
  private readonly stopHeartbeat: () => void;
  ended = false;

  constructor(parts: LinkParts) {
    this.worker = parts.spawn();
    this.api = wrap<OptimizerApi>(this.worker);
    this.gone = new Promise<never>((_, reject) => (this.refuse = reject));
    this.gone.catch(() => {});
    let answered = false;
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      // Before its first answer: the script could not be fetched or run. Later a stray error is for the heartbeat to judge.
      if (!this.ended && !answered) parts.lost('crashed');
    });
    this.stopHeartbeat = startHeartbeat({
      ping: () => this.api.ping(),
      patience: parts.patience,
      hung: () => !this.ended && parts.lost('hung'),
      ...(parts.heartbeatMs === undefined ? {} : { everyMs: parts.heartbeatMs }),
    });
    this.call((api) => api.observe(proxy(parts.listener))).then(
      () => (answered = true),
      () => {},
    );
  }

  /** Comlink never settles the calls of a worker that was ended; this does. @throws Error worker-ended */
  call<P extends Promise<unknown>>(work: (api: Remote<OptimizerApi>) => P): Promise<Awaited<P>> {
    return Promise.race([work(this.api), this.gone]) as Promise<Awaited<P>>;
  }

  end(error: Error = workerEnded()): void {
    if (this.ended) return;
    this.ended = true;
    this.stopHeartbeat();
    this.worker.terminate();
    this.api[releaseProxy]();
    this.refuse(error);
  }
}
