/** The worker's side of the protocol, put together from its parts; `optimizer.worker.ts` gives it the real ones. */
import { releaseProxy } from 'comlink';
import type { LoadProgress, ModelRef } from '../engines/engine.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Connection } from '../store/connection.ts';
import { readEvents } from '../store/events.ts';
import { markInterrupted } from '../store/owners.ts';
import { getRun } from '../store/runs.ts';
import { siteSettings, type SiteSettings } from '../store/site.ts';
import { createJournal, noteTrouble } from './journal.ts';
import { Models, type Engines } from './models.ts';
import type { DeviceReport, FilesApi, OptimizerApi, WorkerListener } from './protocol.ts';
import type { Optimize } from './run.ts';
import { Runs } from './runs.ts';
import { Trying } from './trying.ts';
import { Watchers } from './watchers.ts';

export interface ApiParts {
  connection: Connection;
  locks: LockManager;
  /** Version of the app. */
  app: string;
  /** Left out: the defaults. */
  site?: SiteSettings;
  engines: Engines;
  /** Where the person's own code runs. */
  sandbox: Pick<Sandbox, 'run'>;
  optimize: () => Promise<Optimize>;
  device: (pageUrl: string) => Promise<DeviceReport>;
  here: (ref: ModelRef) => Promise<boolean>;
  importFile: (file: File, onProgress: (p: LoadProgress) => void) => Promise<ModelRef>;
  remove: (ref: ModelRef) => Promise<void>;
  listServer: OptimizerApi['listServer'];
  files: FilesApi;
  newId?: () => string;
  reviewMs?: number;
  pollMs?: number;
}

export function createOptimizerApi(parts: ApiParts): OptimizerApi {
  const { locks, site = siteSettings() } = parts;
  const journal = createJournal(parts.connection, site);
  const connection = noteTrouble(parts.connection, journal);
  const listeners = new Set<WorkerListener>();
  const tell = (say: (listener: WorkerListener) => unknown) => {
    // A proxied listener answers with a promise; a page that has gone must not disturb the work.
    for (const listener of listeners) Promise.resolve(say(listener)).catch(() => {});
  };
  const models = new Models(parts.engines, (status) => tell((listener) => listener.model(status)), {
    journal,
    memoryLimit: site.memoryLimit === null ? null : site.memoryLimit * 2 ** 20,
  });
  const runs: Runs = new Runs({
    ...parts,
    connection,
    journal,
    site,
    models,
    watchers: () => watchers,
    hear: (...news) => tell((listener) => listener.run(...news)),
  });
  const trying = new Trying({ models, locks, busy: () => runs.busy });
  const watchers = new Watchers({
    readEvents: (run, from, limit) => connection.use((store) => readEvents(store, run, from, limit)),
    readRun: async (run) => {
      await connection.use((store) => markInterrupted(store, locks));
      return connection.use((store) => getRun(store, run));
    },
    isHere: (run) => runs.has(run),
    ...(parts.pollMs === undefined ? {} : { pollMs: parts.pollMs }),
  });
  const sinks = new Map<number, object>();
  // What a worker that is gone left behind. Without storage the first request says so.
  void connection.use((store) => markInterrupted(store, locks)).catch(() => {});

  return {
    ...parts.files,
    ping: async () => performance.now(),
    observe: async (listener) => void listeners.add(listener),
    device: (pageUrl) => parts.device(pageUrl),
    here: (ref) => parts.here(ref).catch(() => false),
    load: async (ref, onProgress, options) => {
      if (!models.has(ref)) {
        runs.refuseWhileBusy();
        await trying.stop();
      }
      return models.load(ref, (progress) => void onProgress(progress), options);
    },
    cancelLoad: async () => models.cancel(),
    unload: async () => {
      runs.refuseWhileBusy();
      await trying.stop();
      await models.unload();
    },
    model: async () => models.status,
    importFile: (file, onProgress) => parts.importFile(file, (progress) => void onProgress(progress)),
    remove: async (ref) => {
      if (models.has(ref)) {
        runs.refuseWhileBusy();
        await trying.stop();
        await models.unload();
      }
      await parts.remove(ref);
    },
    listServer: (address, key) => parts.listServer(address, key),
    countTokens: async (text) => models.ready().engine.countTokens(text),
    tryOut: async (request, onTokens) => trying.ask(request, (tokens) => void onTokens(tokens)),
    stopTrying: () => trying.stop(),
    start: async (request) => {
      await trying.stop();
      return runs.start(request);
    },
    resume: async (run) => {
      await trying.stop();
      return runs.resume(run);
    },
    watch: async (run, from, sink) => {
      const id = await watchers.watch(run, from, sink);
      sinks.set(id, sink);
      return id;
    },
    unwatch: async (id) => {
      watchers.unwatch(id);
      (sinks.get(id) as { [releaseProxy]?: () => void } | undefined)?.[releaseProxy]?.();
      sinks.delete(id);
    },
    pause: (run) => runs.pause(run),
    unpause: (run) => runs.unpause(run),
    stop: (run) => runs.stop(run),
    reviewRows: (run, position, rows) => runs.reviewRows(run, position, rows),
  };
}
