/** Shares jobs out among worker threads. Runs are independent and seeded: who does which changes nothing but the time. */
import { Worker } from 'node:worker_threads';
import type { Measured } from './measure.ts';
import type { Job } from './worker.ts';

/** @param script loads TypeScript and then `worker.ts`; a thread itself reads no TypeScript */
export async function threads(
  script: URL,
  count: number,
  jobs: readonly Job[],
  done: (job: Job, found: Measured[]) => void,
): Promise<void> {
  let next = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { workerData: 'tests/bench/worker.ts' });
      let job: Job | undefined;
      const give = (): void => {
        job = jobs[next++];
        if (job) worker.postMessage(job);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('error', reject);
      worker.on('message', (message: 'ready' | Measured[]) => {
        if (message !== 'ready') done(job!, message);
        give();
      });
    });
  await Promise.all(Array.from({ length: count }, one));
}
