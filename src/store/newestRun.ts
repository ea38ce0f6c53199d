/** The run that was begun last; undefined when there is none. Apart, because every page asks for it as it opens. */
import type { Store } from './open.ts';
import type { RunRecord } from './records.ts';

export async function newestRun(store: Store): Promise<RunRecord | undefined> {
  return (await store.transaction('runs').store.index('createdAt').openCursor(null, 'prev'))?.value;
}
