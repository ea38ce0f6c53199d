/** Bytes done and seconds left. The clock is handed in (milliseconds). */
export interface Meter {
  total: number;
  readonly done: number;
  /** Negative when bytes have to be fetched again. */
  add(bytes: number): void;
  /** Bytes that were there before: done, but no measure of the speed. */
  skip(bytes: number): void;
  /** From the last ten seconds; null until there is something to measure. */
  secondsLeft(): number | null;
}

const WINDOW_MS = 10_000;

export function createMeter(now: () => number): Meter {
  let done = 0;
  let samples: { at: number; bytes: number }[] = [];
  const start = now();
  return {
    total: 0,
    get done() {
      return done;
    },
    add(bytes) {
      done += bytes;
      if (bytes > 0) samples.push({ at: now(), bytes });
    },
    skip(bytes) {
      done += bytes;
    },
    secondsLeft() {
      const at = now();
      samples = samples.filter((s) => at - s.at <= WINDOW_MS);
      const seconds = Math.min(WINDOW_MS, at - start) / 1000;
      const bytes = samples.reduce((sum, s) => sum + s.bytes, 0);
      if (this.total === 0 || bytes === 0 || seconds < 0.5) return null;
      return Math.max(0, Math.ceil((this.total - done) / (bytes / seconds)));
    },
  };
}
