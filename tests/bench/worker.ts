/** A thread of the bench: gets a job, answers with what it measured, gets the next. */
import { parentPort } from 'node:worker_threads';
import type { Kind } from '../world/kinds.ts';
import type { ArmName } from './arms.ts';
import { measure, type Measured } from './measure.ts';

export interface Job {
  arm: ArmName;
  kind: Kind;
  from: number;
  to: number;
}

parentPort?.on('message', (job: Job) => void work(job));

async function work({ arm, kind, from, to }: Job): Promise<void> {
  const found: Measured[] = [];
  for (let seed = from; seed < to; seed++) found.push(await measure(arm, kind, seed));
  parentPort!.postMessage(found);
}
