/** One run as its callers see it: what it is at, when it ends, and how many wait for it. */
import type { RunEvent } from '../promptwizard/events.ts';
import { emptyState, reduce, type RunState } from '../promptwizard/state.ts';
import type { ApiHost, HostStatus } from './host.ts';
import { isOver } from './answers.ts';

export class Following {
  status: HostStatus = 'queued';
  state: RunState = emptyState();
  /** Resolves with what it ended as. */
  readonly ended: Promise<HostStatus>;
  callers = 0;
  private readonly hearers = new Set<() => void>();
  private readonly unwatch: () => void;
  private over: (status: HostStatus) => void = () => {};

  /** @param own started by this API, so that its callers may stop it */
  constructor(
    host: ApiHost,
    readonly run: string,
    readonly own: boolean,
  ) {
    this.ended = new Promise((over) => (this.over = over));
    this.unwatch = host.watch(run, {
      events: (batch) => {
        for (const event of batch) {
          reduce(this.state, event);
          if (own && event.type === 'rows-made') void this.accept(host, event);
        }
        this.tell();
      },
      status: (status) => {
        this.status = status;
        this.tell();
        if (isOver(status)) this.end(status);
      },
      reset: () => void (this.state = emptyState()),
    });
  }

  /** Calls `hear` at every change; answers with the way to end that. */
  onChange(hear: () => void): () => void {
    this.hearers.add(hear);
    return () => this.hearers.delete(hear);
  }

  end(status: HostStatus): void {
    this.over(status);
    this.unwatch();
  }

  private tell(): void {
    for (const hear of this.hearers) hear();
  }

  private async accept(host: ApiHost, event: Extract<RunEvent, { type: 'rows-made' }>): Promise<void> {
    // Answered already, when the run is gone through again: then there is nothing to do.
    await host.acceptRows(this.run, event).catch(() => {});
  }
}
