import type { RunRecord } from '../../store/records.ts';

/** A page that was just reloaded finds its run still marked as going on for the moments its old worker takes to die. */
export async function waitForFormerTab(
  runRecord: (run: string) => Promise<RunRecord | undefined>,
  run: string,
  going: ReadonlySet<string>,
): Promise<RunRecord> {
  for (let tries = 0; ; tries++) {
    const record = await runRecord(run);
    if (!record) throw Object.assign(new Error('This run is no longer stored. Start a new one.'), { name: 'no-such-run' });
    const busy = record.status === 'running' || record.status === 'paused' || record.status === 'queued';
    if (!busy || going.has(run)) return record;
    if (tries === 8) {
      throw Object.assign(new Error('This run is going on in another tab. Look on from here, or go there.'), { name: 'elsewhere' });
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
