/**
 * The page's only door to the worker. The worker is made on first need, watched by a heartbeat, ended and made again
 * when it hangs, and given its model and run back. Stored runs are read without it: see `history.ts`.
 */
import { confirmOrigins } from '../offline/origins.ts';
import type { Optimizer } from './contract.ts';
import { createOptimizer } from './createOptimizer.ts';
import { getRun } from './history.ts';
import { noteLost } from './log.ts';
import { keyFor } from './serverKeys.ts';

export type { EngineState, Optimizer, RunHandlers } from './contract.ts';

/** One for the page. */
export const optimizer: Optimizer = createOptimizer({
  spawn: () => new Worker(new URL('../../worker/optimizer.worker.ts', import.meta.url), { type: 'module', name: 'optimizer' }),
  pageUrl: () => document.baseURI,
  runRecord: getRun,
  noteLost: (why, ref) => void noteLost(why, ref),
  keyFor,
  allow: confirmOrigins,
});
