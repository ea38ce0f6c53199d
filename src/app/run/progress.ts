/** How far a run is, from its own counts. Pure. */
import type { RunState } from '../../promptwizard/state.ts';
import { percent, plural, wait } from '../figures.ts';

export interface Progress {
  /** [0,1] */
  share: number;
  calls: number;
  /** Calls made and still to come, as the run last forecast. */
  ofCalls: number;
  /** null before the first call has been timed. */
  secondsLeft: number | null;
}

export function progressOf(state: RunState): Progress {
  const { calls, forecastCalls, ms } = state.budget;
  const ofCalls = calls + forecastCalls;
  if (state.result) return { share: 1, calls, ofCalls: calls, secondsLeft: 0 };
  return {
    share: ofCalls === 0 ? 0 : calls / ofCalls,
    calls,
    ofCalls,
    secondsLeft: calls === 0 ? null : ((ms / calls) * forecastCalls) / 1000,
  };
}

export function leftWords({ secondsLeft }: Progress): string {
  if (secondsLeft === null) return '';
  return secondsLeft < 60 ? 'under a minute left' : `${wait(secondsLeft)} left`;
}

/** Said beside the stop button when the start is nearly always right already; null while there is something to gain. */
export function littleToGain({ headroom, task }: Pick<RunState, 'headroom' | 'task'>): string | null {
  if (!headroom?.enough) return null;
  const on = plural(headroom.rows, 'race row');
  const known =
    task?.metric?.kind === 'similarity'
      ? `Your prompt already scores ${percent(headroom.mean)} on ${on}`
      : `Your prompt is already right on ${Math.round(headroom.mean * headroom.rows)} of ${on}`;
  return `${known}; there is little to gain. You can stop.`;
}
