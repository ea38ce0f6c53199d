/** The events of one run: those of its last time are held against the replay, new ones are stored and then told. */
import type { RunEvent } from '../promptwizard/events.ts';
import { canonicalJson } from '../store/canonical.ts';
import type { Connection } from '../store/connection.ts';
import { appendEvents, clearEvents, readEvents, type SeqEvent } from '../store/events.ts';

export interface EventListParts {
  run: string;
  connection: Connection;
  /** Whether the stored ones are known to be of another version of the app. */
  otherApp: boolean;
  publish(batch: SeqEvent[]): void;
}

/** The replayed events differ from the stored ones: made by another version of the app, else a bug. */
export class ReplayDiffers extends Error {
  constructor(readonly otherVersion: boolean) {
    super();
  }
}

const FLUSH_AT = 64;

export class EventList {
  private stored: SeqEvent[] = [];
  private seq = 0;
  private pending: SeqEvent[] = [];

  constructor(private readonly parts: EventListParts) {}

  /** What is stored already has not all come again. */
  get replaying(): boolean {
    return this.seq < this.stored.length;
  }
  /** Of the calls that the stored events name. */
  get hashes(): string[] {
    return this.stored.flatMap(({ event }) => (event.type === 'call' ? [event.hash] : []));
  }

  async read(): Promise<void> {
    this.stored = await this.parts.connection.use((store) => readEvents(store, this.parts.run));
  }

  async clear(): Promise<void> {
    await this.parts.connection.use((store) => clearEvents(store, this.parts.run));
    this.stored = [];
    this.pending = [];
    this.seq = 0;
  }

  /** @throws ReplayDiffers */
  async take(event: RunEvent): Promise<void> {
    const known = this.stored[this.seq];
    if (known && canonicalJson(known.event) !== canonicalJson(event)) {
      throw new ReplayDiffers(this.parts.otherApp || otherVersion(known.event, event));
    }
    const seq = this.seq++;
    if (seq < this.stored.length) return;
    this.pending.push({ seq, event });
    if (this.pending.length >= FLUSH_AT) await this.flush();
  }

  /** Stored first, then told. */
  async flush(): Promise<void> {
    const batch = this.pending;
    const [first] = batch;
    if (!first) return;
    this.pending = [];
    const events = batch.map(({ event }) => event);
    await this.parts.connection.use((store) => appendEvents(store, this.parts.run, first.seq, events));
    this.parts.publish(batch);
  }

  /** @throws ReplayDiffers when less came than is stored */
  async finish(): Promise<void> {
    if (this.replaying) throw new ReplayDiffers(this.parts.otherApp);
    await this.flush();
  }
}

const otherVersion = (a: RunEvent, b: RunEvent): boolean => a.type === 'run-started' && b.type === 'run-started' && a.version !== b.version;
