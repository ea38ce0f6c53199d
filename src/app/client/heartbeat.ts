/** Tells when a worker no longer answers. */

export interface HeartbeatParts {
  ping(): Promise<unknown>;
  /** Milliseconds without an answer until the worker counts as hung, as things are now. */
  patience(): number;
  hung(): void;
  everyMs?: number;
  now?: () => number;
}

export const HEARTBEAT_MS = 5_000;

/** Answers with the way to end it. */
export function startHeartbeat(parts: HeartbeatParts): () => void {
  const { everyMs = HEARTBEAT_MS, now = () => performance.now() } = parts;
  let askedAt: number | null = null;
  let lastTick = now();
  const timer = setInterval(() => {
    const at = now();
    // The page itself slept (lid closed, tab frozen): the worker slept too, and its answer may be about to come.
    if (at - lastTick > 3 * everyMs && askedAt !== null) askedAt = at;
    lastTick = at;
    if (askedAt !== null) {
      if (at - askedAt >= parts.patience()) {
        clearInterval(timer);
        parts.hung();
      }
      return;
    }
    askedAt = at;
    parts.ping().then(
      () => (askedAt = null),
      () => {},
    );
  }, everyMs);
  return () => clearInterval(timer);
}
