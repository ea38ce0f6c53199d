import type { Store } from './open.ts';
import type { RunRecord } from './records.ts';
import { runsByRequest, runsSince } from './runs.ts';
import type { SiteSettings } from './site.ts';

/** The finished run that answers the same request again; null: there is none, or the site has it no longer answer. */
export async function storedAnswer(
  store: Store,
  requestHash: string,
  { resultCache, resultCacheSize }: Pick<SiteSettings, 'resultCache' | 'resultCacheSize'>,
): Promise<RunRecord | null> {
  if (!resultCache) return null;
  const done = (await runsByRequest(store, requestHash)).find(({ status, summary }) => status === 'done' && summary);
  if (!done || resultCacheSize === null) return done ?? null;
  return (await runsSince(store, done.createdAt)) < resultCacheSize ? done : null;
}
