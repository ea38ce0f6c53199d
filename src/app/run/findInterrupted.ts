import { newestRun } from '../../store/newestRun.ts';
import type { RunRecord } from '../../store/records.ts';
import { connection } from '../client/preferences.ts';

const GOING = ['running', 'paused', 'queued'];

/** The newest run, when it was cut short here; an older one that was left behind, or one out of a file, waits in the history. null without storage. */
export async function findInterrupted(): Promise<RunRecord | null> {
  try {
    let newest = await connection.use(newestRun);
    if (newest && GOING.includes(newest.status)) {
      // After a reload the old worker takes some moments to die; a run of another tab stays as it is.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      // Marks it when nobody has it in hand any more.
      const { getRun } = await import('../client/history.ts');
      newest = await getRun(newest.id);
    }
    return newest?.status === 'interrupted' && !newest.imported ? newest : null;
  } catch {
    return null;
  }
}
