export interface Speed {
  add(bytes: number): void;
  /** Null until there is half a second to judge by, or when the rest is unknown. */
  secondsLeft(bytesLeft: number): number | null;
}

/** Bytes a second, of the last ten seconds or so. */
export function createSpeed(): Speed {
  let since = performance.now();
  let bytes = 0;
  return {
    add(count) {
      const seconds = (performance.now() - since) / 1000;
      if (seconds > 10) {
        // Forgets half of the past, so that a change of speed shows.
        since += (seconds / 2) * 1000;
        bytes /= 2;
      }
      bytes += count;
    },
    secondsLeft(bytesLeft) {
      const seconds = (performance.now() - since) / 1000;
      return seconds < 0.5 || bytes === 0 || bytesLeft < 0 ? null : Math.ceil(bytesLeft / (bytes / seconds));
    },
  };
}
