/** Those who watch runs: each hears a run's events in order, each once, whether it lives here, elsewhere or no more. */
import type { SeqEvent } from '../store/events.ts';
import type { RunRecord, RunStatus } from '../store/records.ts';
import type { RunSink } from './protocol.ts';

export interface WatcherParts {
  readEvents(run: string, from: number, limit: number): Promise<SeqEvent[]>;
  /** The record as it is now; a run that nobody has in hand any more is `interrupted`. */
  readRun(run: string): Promise<RunRecord | undefined>;
  /** Whether this worker has the run in hand, and so tells its news itself. */
  isHere(run: string): boolean;
  /** How often a run of another tab is looked at, ms. */
  pollMs?: number;
}

interface Watcher {
  run: string;
  sink: RunSink;
  next: number;
  status: RunStatus | null;
  reading: Promise<void> | null;
  /** Something was stored while reading. */
  again: boolean;
}

const OVER: readonly (RunStatus | null)[] = ['done', 'stopped', 'failed'];
const READ_AT_ONCE = 400;

export class Watchers {
  private readonly all = new Map<number, Watcher>();
  private count = 0;
  private poll: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly parts: WatcherParts) {}

  async watch(run: string, from: number, sink: RunSink): Promise<number> {
    const id = ++this.count;
    const watcher: Watcher = { run, sink, next: from, status: null, reading: null, again: false };
    this.all.set(id, watcher);
    await this.look(watcher);
    this.poll ??= setInterval(() => this.lookAtOthers(), this.parts.pollMs ?? 1_000);
    return id;
  }

  unwatch(id: number): void {
    this.all.delete(id);
    if (this.all.size > 0 || this.poll === null) return;
    clearInterval(this.poll);
    this.poll = null;
  }

  /** Events that were stored just now. */
  publish(run: string, batch: SeqEvent[]): void {
    const [first] = batch;
    if (!first) return;
    for (const watcher of this.of(run)) {
      if (watcher.reading === null && watcher.next === first.seq) this.deliver(watcher, batch);
      else void this.catchUp(watcher);
    }
  }
  status(run: string, status: RunStatus, message?: string): void {
    for (const watcher of this.of(run)) this.tell(watcher, status, message);
  }
  tokens(run: string, tokensSoFar: number): void {
    for (const { sink } of this.of(run)) quietly(() => sink.tokens(tokensSoFar));
  }
  reset(run: string): void {
    for (const watcher of this.of(run)) {
      watcher.next = 0;
      quietly(() => watcher.sink.reset());
    }
  }

  private of(run: string): Watcher[] {
    return [...this.all.values()].filter((watcher) => watcher.run === run);
  }

  private async look(watcher: Watcher): Promise<void> {
    const record = await this.parts.readRun(watcher.run);
    await this.catchUp(watcher);
    // What this worker tells of its own runs is newer than what was read.
    if (record && (watcher.status === null || !this.parts.isHere(watcher.run))) this.tell(watcher, record.status, record.error);
  }

  private lookAtOthers(): void {
    for (const watcher of this.all.values()) {
      if (this.parts.isHere(watcher.run) || OVER.includes(watcher.status)) continue;
      // A failed look is followed by the next one.
      this.look(watcher).catch(() => {});
    }
  }

  private tell(watcher: Watcher, status: RunStatus, message?: string): void {
    if (watcher.status === status) return;
    watcher.status = status;
    quietly(() => watcher.sink.status(status, message));
  }

  /** `batch` begins at what the watcher hears next. */
  private deliver(watcher: Watcher, batch: SeqEvent[]): void {
    const last = batch.at(-1);
    if (!last) return;
    watcher.next = last.seq + 1;
    quietly(() => watcher.sink.events(batch));
  }

  private catchUp(watcher: Watcher): Promise<void> {
    watcher.again = true;
    watcher.reading ??= this.readOn(watcher).finally(() => (watcher.reading = null));
    return watcher.reading;
  }

  private async readOn(watcher: Watcher): Promise<void> {
    while (watcher.again) {
      watcher.again = false;
      const from = watcher.next;
      const batch = await this.parts.readEvents(watcher.run, from, READ_AT_ONCE);
      // Reset while reading: what was read belongs to the list before.
      if (watcher.next === from) this.deliver(watcher, batch);
      watcher.again ||= batch.length === READ_AT_ONCE;
    }
  }
}

/** A page that has gone must not disturb the run. A proxied sink answers with a promise. */
function quietly(call: () => unknown): void {
  try {
    Promise.resolve(call()).catch(() => {});
  } catch {
    /* gone */
  }
}
