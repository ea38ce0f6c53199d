/** One run as the page sees it: its record, its events summed up, and what its worker says meanwhile. */
import type { RunEvent } from '../../promptwizard/events.ts';
import { engine } from '../models/engine.svelte.ts';
import { emptyState, reduce, type RunState } from '../../promptwizard/state.ts';
import type { Connection } from '../../store/connection.ts';
import type { RunRecord, RunStatus } from '../../store/records.ts';

/** Milliseconds of folding before the page gets its turn again. */
const SLICE = 8;
/** Events read from the store at once. */
const PIECE = 400;

export class Watching {
  /** A new object at every frame that brought something; `state` inside is one object that grows in place. */
  view = $state.raw<{ state: RunState }>({ state: emptyState() });
  record = $state.raw<RunRecord | null>(null);
  status = $state<RunStatus | null>(null);
  message = $state<string | undefined>(undefined);
  /** Of the call under way. */
  tokens = $state(0);
  missing = $state(false);
  /** Why the run cannot be shown, in a sentence. */
  failed = $state<string | null>(null);
  /** All that was stored has been folded: until then a bar would only race. */
  caughtUp = $state(false);

  private state = emptyState();
  private waiting: RunEvent[] = [];
  private frame = 0;
  private nextTokens: number | null = null;
  private unwatch: (() => void) | null = null;
  private ended = false;
  /** False while more of a finished run is being read. */
  private whole = true;

  constructor(readonly run: string) {}

  async begin(): Promise<void> {
    try {
      const history = await import('../client/history.ts');
      const record = await history.getRun(this.run);
      if (this.ended) return;
      if (!record) {
        this.missing = true;
        return;
      }
      this.record = record;
      this.status = record.status;
      this.message = record.error;
      if (record.status === 'done' || record.status === 'stopped' || record.status === 'failed') {
        // Over: no worker is needed to look at it.
        const { connection } = await import('../client/preferences.ts');
        return await this.readAll(connection);
      }
      await this.live();
    } catch (error) {
      this.failed = (error as Error).message;
    }
  }

  /** Hears the run's worker, from the first event that is not here yet. Also for a failed run that was taken up again. */
  async live(): Promise<void> {
    if (this.unwatch) return;
    const optimizer = await engine.client();
    if (this.ended || this.unwatch) return;
    this.unwatch = optimizer.watch(this.run, this.state.seq + this.waiting.length, {
      events: (batch) => this.take(batch.map(({ event }) => event)),
      status: (status, message) => {
        this.status = status;
        this.message = message;
        this.schedule();
      },
      tokens: (tokens) => {
        this.nextTokens = tokens;
        this.schedule();
      },
      reset: () => {
        this.state = emptyState();
        this.waiting = [];
        this.schedule();
      },
    });
  }

  /** In pieces: thousands of events at once would hold the page while they are unpacked. */
  private async readAll(connection: Connection): Promise<void> {
    const { readEvents } = await import('../../store/events.ts');
    for (let from = 0; !this.ended;) {
      const piece = await connection.use((store) => readEvents(store, this.run, from, PIECE));
      this.whole = piece.length < PIECE;
      this.take(piece.map(({ event }) => event));
      if (this.whole) return;
      from += piece.length;
    }
  }

  end(): void {
    this.ended = true;
    cancelAnimationFrame(this.frame);
    this.unwatch?.();
  }

  private take(events: RunEvent[]): void {
    this.waiting.push(...events);
    this.schedule();
  }

  private schedule(): void {
    // A hidden tab gets no frames; the events wait and are folded when it is seen again.
    if (this.frame === 0 && !this.ended) this.frame = requestAnimationFrame(() => this.fold());
  }

  /** Folds what has come for at most `SLICE`, then draws once; goes on in the next frame if there is more. */
  private fold(): void {
    this.frame = 0;
    const until = performance.now() + SLICE;
    let done = 0;
    while (done < this.waiting.length && (done % 64 !== 0 || performance.now() < until)) reduce(this.state, this.waiting[done++]!);
    this.waiting.splice(0, done);
    if (this.waiting.length > 0) return this.schedule();
    if (!this.whole) return;
    if (this.nextTokens !== null) {
      this.tokens = this.nextTokens;
      this.nextTokens = null;
    }
    this.caughtUp = true;
    this.view = { state: this.state };
  }
}
