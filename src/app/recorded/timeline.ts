/** When each event of a recorded run is shown. Pure. */
import type { RunEvent } from '../../promptwizard/events.ts';

/** Milliseconds from the first event to the last, at normal speed. */
export const PLAY_MS = 75_000;
/** Long enough to read the new sentence. */
const READ_MS = 1_000;
const LOOK_MS = 250;
/** A call counts for at most so many of the middle ones: one long answer would hold the picture. */
const LONGEST = 3;

/**
 * Milliseconds from the start for each event, never decreasing; the last is `PLAY_MS`. Calls take their share by how
 * long they took; what has no call of its own to wait for gets a moment to be seen.
 */
export function timeline(events: readonly RunEvent[]): number[] {
  const calls = events.flatMap((event) => (event.type === 'call' ? [event.ms] : [])).sort((a, b) => a - b);
  const most = Math.max(1, (calls[calls.length >> 1] ?? 0) * LONGEST);
  const moments = events.map(momentOf);
  const fixed = moments.reduce((sum, ms) => sum + ms, 0);
  // Many steps and few calls: the moments make room.
  const shrink = calls.length === 0 ? PLAY_MS / Math.max(1, fixed) : Math.min(1, PLAY_MS / 2 / Math.max(1, fixed));
  const ofCalls = calls.reduce((sum, ms) => sum + weight(ms, most), 0);
  const scale = (PLAY_MS - fixed * shrink) / Math.max(1, ofCalls);
  let at = 0;
  const times = events.map((event, i) => {
    // A call is told when its answer has come; a sentence is read after it was said.
    const time = event.type === 'call' ? (at += weight(event.ms, most) * scale) : at;
    at += moments[i]! * shrink;
    return time;
  });
  if (times.length > 0) times[times.length - 1] = PLAY_MS;
  return times;
}

const weight = (ms: number, most: number): number => Math.min(Math.max(1, ms), most);

function momentOf({ type }: RunEvent): number {
  switch (type) {
    case 'phase':
    case 'acceptance':
    case 'verdict':
      return READ_MS;
    case 'candidate':
    case 'rung':
    case 'rejected':
      return LOOK_MS;
    default:
      return 0;
  }
}
