/** What a version needs before it may be used: the page, and the engines that were taken before. */
import { BUILD } from './build.ts';
import { dropBuild, hasMark } from './builds.ts';
import { keepTakenEngines } from './engineFiles.ts';
import { keepPage } from './pageFiles.ts';

/**
 * Ends only when nothing of it is written any more, and leaves no page behind that can not be used.
 * @throws Error when a needed file could not be had: then the browser keeps the worker and the build that it has
 */
export async function keepAll(): Promise<void> {
  // Another worker of the same build may live on it.
  const before = await hasMark('whole');
  const results = await Promise.allSettled([keepPage(), keepTakenEngines()]);
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return;
  if (!before) await dropBuild(BUILD);
  throw failed.reason;
}
