/** What the API needs of a page, by the page's own model, worker and store. */
import { isOver } from '../../api/answers.ts';
import { ApiError } from '../../api/errors.ts';
import type { ApiHost, HostStart } from '../../api/host.ts';
import type { Asked } from '../../api/request.ts';
import { builtSite } from '../../store/builtSite.ts';
import type { AskedBy, RunRecord } from '../../store/records.ts';
import type { RunHandlers } from '../client/contract.ts';
import { wait } from '../client/clock.ts';
import { deleteRun, getRun, readEvents } from '../client/history.ts';
import { engine } from '../models/engine.svelte.ts';
import { found } from './found.ts';
import { health } from './health.ts';
import { start } from './start.ts';

/** @param asked written into the runs that are started; the session id is each request's own */
export function createPageHost(asked: Omit<AskedBy, 'sessionId'>): ApiHost {
  return {
    version: __APP_VERSION__,
    newId: () => crypto.randomUUID(),
    now: () => Date.now(),
    wait,
    health,
    mostWaiting: builtSite.maxConcurrent,
    start: (request: Asked, id, hear, left): Promise<HostStart> => {
      const { sessionId } = request;
      return stored(() => start(request, { id, asked: { ...asked, ...(sessionId === null ? {} : { sessionId }) }, hear, left }));
    },
    watch(run, handlers) {
      let end: (() => void) | null = null;
      let over = false;
      void engine.client().then((client) => {
        const heard: RunHandlers = {
          events: (batch) => handlers.events(batch.map(({ event }) => event)),
          status: (status) => {
            if (status !== 'interrupted') handlers.status(status);
            else void afterRestart(run).then((now) => now && !over && handlers.status(now));
          },
          reset: () => handlers.reset(),
        };
        if (!over) end = client.watch(run, 0, heard);
      });
      return () => {
        over = true;
        end?.();
      };
    },
    acceptRows: async (run, { position, rows }) => (await engine.client()).reviewRows(run, position, rows),
    async stop(run) {
      try {
        await (await engine.client()).stop(run);
        return 'stopping';
      } catch {
        const record = await getRun(run);
        return record && !isOver(record.status) ? 'elsewhere' : 'over';
      }
    },
    remove: (run) => stored(() => deleteRun(run)),
    find: (run) =>
      stored(async () => {
        const record = await getRun(run);
        return record ? found(record) : null;
      }),
    events: (run) => stored(async () => (await readEvents(run)).map(({ event }) => event)),
  };
}

/** A worker that was lost is started anew and its run goes on by itself: then it was not cut short. null: it goes on. */
async function afterRestart(run: string): Promise<RunRecord['status'] | null> {
  // The news of the run may come before the news that its worker is lost.
  await wait(500);
  while (engine.state.worker === 'restarting') await wait(500);
  const record = await getRun(run).catch(() => undefined);
  const status = record?.status ?? 'interrupted';
  return isOver(status) ? status : null;
}

/** Errors of the store keep their sentence. */
async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const { name, message } = error as Error;
    if (name.startsWith('storage') || name === 'no-storage') throw new ApiError('storage', message);
    throw error;
  }
}
