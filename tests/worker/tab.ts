/** One tab's worker for tests: the real API over real store code, with doubles for engine, locks and, if wanted, method. */
import '../store/fresh.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import { connectStore, type Connection } from '../../src/store/connection.ts';
import { readEvents } from '../../src/store/events.ts';
import type { RunRecord, RunStatus } from '../../src/store/records.ts';
import { siteSettings, type SiteSettings } from '../../src/store/site.ts';
import { getRun } from '../../src/store/runs.ts';
import { createFilesApi } from '../../src/worker/files/filesApi.ts';
import { createOptimizerApi, type ApiParts } from '../../src/worker/optimizerApi.ts';
import type { OptimizerApi, StartRequest } from '../../src/worker/protocol.ts';
import type { Optimize } from '../../src/worker/run.ts';
import { inProcess } from '../sandbox/inProcess.ts';
import { countingMethod } from './doubles/countingMethod.ts';
import { FakeLocks } from './doubles/FakeLocks.ts';
import { MODEL, ScriptedEngine } from './doubles/ScriptedEngine.ts';

export interface TabOptions {
  engine?: ScriptedEngine;
  locks?: FakeLocks;
  optimize?: Optimize;
  connection?: Connection;
  newId?: () => string;
  app?: string;
  reviewMs?: number;
  sandbox?: ApiParts['sandbox'];
  site?: Partial<SiteSettings>;
}

export interface Tab {
  api: OptimizerApi;
  engine: ScriptedEngine;
  connection: Connection;
  /** As heard by the page's listener. */
  heard: { run: string; status: RunStatus; message?: string; fatal?: boolean }[];
  die(): void;
  record(run: string): Promise<RunRecord | undefined>;
  events(run: string): Promise<RunEvent[]>;
  /** Resolves when the run has a status that it stays in. */
  ended(run: string): Promise<RunStatus>;
  until(run: string, status: RunStatus): Promise<void>;
}

export async function openTab(options: TabOptions = {}): Promise<Tab> {
  const { engine = new ScriptedEngine(), locks = new FakeLocks(), optimize = countingMethod(), app = '1.0.0' } = options;
  const connection = options.connection ?? connectStore();
  const { locks: manager, die } = locks.tab();
  const parts: ApiParts = {
    connection,
    locks: manager,
    app,
    engines: { wllama: async () => engine, webllm: async () => engine },
    sandbox: options.sandbox ?? inProcess,
    optimize: async () => optimize,
    device: () => Promise.reject(new Error('not part of this test')),
    here: () => Promise.reject(new Error('not part of this test')),
    importFile: () => Promise.reject(new Error('not part of this test')),
    remove: async () => {},
    listServer: () => Promise.reject(new Error('not part of this test')),
    files: createFilesApi(),
    pollMs: 10,
    site: siteSettings(options.site),
    ...(options.newId ? { newId: options.newId } : {}),
    ...(options.reviewMs === undefined ? {} : { reviewMs: options.reviewMs }),
  };
  const api = createOptimizerApi(parts);
  const heard: Tab['heard'] = [];
  await api.observe({
    model: () => {},
    run: (run, status, message, fatal) => void heard.push({ run, status, ...(message ? { message } : {}), ...(fatal ? { fatal } : {}) }),
  });
  await api.load(MODEL, () => {});
  const look = connectStore();
  const record = (run: string) => look.use((store) => getRun(store, run));
  const waitFor = async (run: string, fits: (status: RunStatus) => boolean): Promise<RunStatus> => {
    for (let tries = 0; tries < 2000; tries++) {
      const last = heard.filter((news) => news.run === run).at(-1)?.status;
      if (last && fits(last)) return last;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`the run stayed ${heard.at(-1)?.status ?? 'unheard of'}`);
  };
  return {
    api,
    engine,
    connection,
    heard,
    die,
    record,
    events: async (run) => (await look.use((store) => readEvents(store, run))).map(({ event }) => event),
    ended: (run) => waitFor(run, (status) => ['done', 'stopped', 'failed', 'interrupted'].includes(status)),
    until: async (run, status) => void (await waitFor(run, (s) => s === status)),
  };
}

export function request(change: Partial<StartRequest> = {}): StartRequest {
  const rows: Row[] = [
    { id: 'r1', question: 'One apple and one pear?', answer: '2', origin: 'user' },
    { id: 'r2', question: 'Two figs?', answer: '2', origin: 'user' },
  ];
  return { task: { prompt: 'Count the fruit.', rows }, settings: defaultSettings(), plan: 'trial', ...change };
}

/** Starts and answers with the run's id; fails when it was not started. */
export async function startRun(tab: Tab, change: Partial<StartRequest> = {}): Promise<string> {
  const reply = await tab.api.start(request(change));
  if (reply.kind !== 'started') throw new Error(`not started but ${reply.kind}`);
  return reply.run;
}

/** A connection that stops answering after so many uses, as when a tab is closed in the middle of its work. */
export function dyingConnection(uses: number): Connection & { readonly used: number } {
  const real = connectStore();
  let used = 0;
  return {
    get used() {
      return used;
    },
    use: (work) => (used++ < uses ? real.use(work) : new Promise<never>(() => {})),
    close: () => real.close(),
  };
}
