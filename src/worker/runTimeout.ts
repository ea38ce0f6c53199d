/** Milliseconds: how often the time is looked at. A longer gap was the machine's sleep, and counts as one look. */
const LOOK_EVERY = 1_000;

/**
 * Calls `over`, once, when a run has been at work for so many seconds; answers with the way to end the watch.
 * @param seconds null: no limit
 */
export function runTimeout(seconds: number | null, paused: () => boolean, over: () => void, lookEvery = LOOK_EVERY): () => void {
  if (seconds === null) return () => {};
  let left = seconds * 1_000;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (!paused()) left -= Math.min(now - last, 5 * lookEvery);
    last = now;
    if (left > 0) return;
    clearInterval(timer);
    over();
  }, lookEvery);
  return () => clearInterval(timer);
}
