import type { RunRecord } from '../../store/records.ts';
import { listRuns } from '../client/history.ts';

const GOING = ['running', 'paused', 'queued'];

/** The newest run, when it was cut short here; an older one that was left behind, or one out of a file, waits in the history. null without storage. */
export async function findInterrupted(): Promise<RunRecord | null> {
  try {
    let [newest] = await listRuns(1);
    if (newest && GOING.includes(newest.status)) {
      // After a reload the old worker takes some moments to die; a run of another tab stays as it is.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      [newest] = await listRuns(1);
    }
    return newest?.status === 'interrupted' && !newest.imported ? newest : null;
  } catch {
    return null;
  }
}
