/** What one site may do, beside the limits that every request of the API has. */

/** Requests that may be open: one at work and those that may wait behind it. */
export const MOST_OPEN = 4;
/** Of any kind, in a second; a page that sends more is cut off. */
export const MOST_MESSAGES = 100;

/** Says whether one more may come. @param now milliseconds */
export function rate(most: number, now: () => number = () => performance.now()): () => boolean {
  let begun = -Infinity;
  let count = 0;
  return () => {
    const at = now();
    if (at - begun >= 1000) [begun, count] = [at, 0];
    return ++count <= most;
  };
}
