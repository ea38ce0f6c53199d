/** A page with the app's client and store, and no more. */
import { createOptimizer } from '../../../src/app/client/createOptimizer.ts';
import type { EngineState } from '../../../src/app/client/contract.ts';
import * as history from '../../../src/app/client/history.ts';
import * as preferences from '../../../src/app/client/preferences.ts';
import { noteLost, readLog } from '../../../src/app/client/log.ts';
import { defaultSettings } from '../../../src/promptwizard/settings.ts';
import { connectStore } from '../../../src/store/connection.ts';
import { openStore } from '../../../src/store/open.ts';
import type { StartRequest } from '../../../src/worker/protocol.ts';

let made = 0;
const patienceMs = { run: 2_000, load: 3_000 };
const common = { pageUrl: () => document.baseURI, runRecord: history.getRun, noteLost };
const page = {
  history,
  preferences,
  readLog,
  openStore,
  connectStore,
  scripted: createOptimizer({
    ...common,
    spawn: () => new Worker(new URL('./scripted.worker.ts', import.meta.url), { type: 'module', name: String(made++) }),
    heartbeatMs: 150,
    patienceMs,
  }),
  real: createOptimizer({
    ...common,
    spawn: () => new Worker(new URL('../../../src/worker/optimizer.worker.ts', import.meta.url), { type: 'module' }),
  }),
  missing: createOptimizer({ ...common, spawn: () => new Worker('./no-such-script.js', { type: 'module' }) }),
  model: { engine: 'wllama', id: 'scripted', url: 'https://example.org/scripted.gguf' } as const,
  workers: () => made,
  states: [] as EngineState[],
  seqs: [] as number[],
  statuses: [] as string[],
  request(prompt: string): StartRequest {
    return { task: { prompt, rows: [] }, settings: defaultSettings(), plan: 'trial' };
  },
  /** Starts a run and watches it; answers with its id. */
  async run(prompt: string): Promise<string> {
    await page.scripted.load(page.model);
    const reply = await page.scripted.start(page.request(prompt));
    if (reply.kind === 'busy') throw new Error(reply.message);
    page.watch(reply.run);
    return reply.run;
  },
  /** A run of the real method, judged by the person's own code. */
  async judged(code: string): Promise<string> {
    await page.scripted.load(page.model);
    const rows = Array.from({ length: 20 }, (_, i) => ({ id: `r${i + 1}`, question: `${i}?`, answer: `${i}`, origin: 'user' as const }));
    const task = { prompt: 'Count.', rows, metric: { kind: 'custom' as const, code } };
    // A seed of its own: not every row is asked by every draw.
    const reply = await page.scripted.start({ task, settings: { ...defaultSettings(), seed: 1 }, plan: 'trial' });
    if (reply.kind === 'busy') throw new Error(reply.message);
    page.watch(reply.run);
    return reply.run;
  },
  watch(run: string): () => void {
    return page.scripted.watch(run, 0, {
      events: (batch) => page.seqs.push(...batch.map(({ seq }) => seq)),
      status: (status, message) => page.statuses.push(message ? `${status}: ${message}` : status),
    });
  },
};
page.scripted.onEngineState((state) => page.states.push(state));
export type TestPage = typeof page;
Object.assign(window, { test: page });
