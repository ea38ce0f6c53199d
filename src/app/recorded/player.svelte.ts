/** Shows the events of a recorded run again over time, as the page shows those of a living one. */
import type { RunEvent } from '../../promptwizard/events.ts';
import { emptyState, reduce, type RunState } from '../../promptwizard/state.ts';
import { PLAY_MS, timeline } from './timeline.ts';

/** Milliseconds between two looks at the time. */
const TICK = 100;
/** A machine that slept, or a hidden tab: the film goes on where it was. */
const LONGEST_TICK = 500;

export class Player {
  /** A new object whenever something was shown; `state` inside is one object that grows in place. */
  view = $state.raw<{ state: RunState }>({ state: emptyState() });
  /** Milliseconds of the film that have been shown. */
  at = $state(0);
  playing = $state(false);
  speed = $state<1 | 4>(1);
  /** Counts the beginnings: what was chosen on the page belongs to one of them. */
  turn = $state(0);
  over: boolean = $derived(this.at >= PLAY_MS);

  private readonly times: number[];
  private state = emptyState();
  private shown = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private last = 0;

  constructor(private readonly events: readonly RunEvent[]) {
    this.times = timeline(events);
    this.to(0);
  }

  play(): void {
    if (this.playing || this.over) return;
    this.playing = true;
    this.last = performance.now();
    this.timer = setInterval(() => this.tick(), TICK);
  }

  pause(): void {
    clearInterval(this.timer);
    this.playing = false;
  }

  skip(): void {
    this.to(PLAY_MS);
  }

  restart(): void {
    this.pause();
    this.state = emptyState();
    this.shown = 0;
    this.turn++;
    this.to(0);
    this.play();
  }

  private tick(): void {
    const now = performance.now();
    const passed = Math.min(now - this.last, LONGEST_TICK);
    this.last = now;
    if (!document.hidden) this.to(this.at + passed * this.speed);
  }

  private to(at: number): void {
    this.at = Math.min(at, PLAY_MS);
    const before = this.shown;
    while (this.shown < this.events.length && this.times[this.shown]! <= this.at) reduce(this.state, this.events[this.shown++]!);
    if (this.shown !== before || this.shown === 0) this.view = { state: this.state };
    if (this.over) this.pause();
  }
}
