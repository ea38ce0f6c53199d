/** A thread of the bench: gets a job, answers with what it measured, gets the next. */
import { parentPort } from 'node:worker_threads';
import type { Kind } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import type { ArmName } from './arms.ts';
import { measure, type Measured } from './measure.ts';

export interface Job {
  arm: ArmName;
  kind: Kind;
  from: number;
  to: number;
  /** Knobs of all worlds, in place of the measured ones. */
  knobs?: Partial<World>;
}

parentPort?.on('message', (job: Job) => void work(job));

async function work({ arm, kind, from, to, knobs }: Job): Promise<void> {
  const found: Measured[] = [];
  for (let seed = from; seed < to; seed++) found.push(await measure(arm, kind, seed, knobs));
  parentPort!.postMessage(found);
}
