/** What one site may do, beside the limits that every request of the API has. */
import { MOST_BYTES } from '../../api/limits.ts';
import { builtSite } from '../../store/builtSite.ts';

/** Requests that may be open: one at work and those that may wait behind it. */
export const MOST_OPEN = 1 + builtSite.maxConcurrent;
/** Of any kind, in a second; a page that sends more is cut off. */
export const MOST_MESSAGES = 100;
/** Characters that count as one message more, so that ten of the largest bodies in a second are too many as well. */
export const CHARACTERS = MOST_BYTES / 10;

/** Says whether one more may come, of the weight of several if told so. @param now milliseconds */
export function rate(most: number, now: () => number = () => performance.now()): (weight?: number) => boolean {
  let begun = -Infinity;
  let count = 0;
  return (weight = 1) => {
    const at = now();
    if (at - begun >= 1000) [begun, count] = [at, 0];
    count += weight;
    return count <= most;
  };
}
