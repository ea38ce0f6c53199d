/** The client's works: one worker at a time, its state, and its return after it was lost. */
import { proxy } from 'comlink';
import type { LoadedModel, LoadOptions, LoadProgress, ModelRef } from '../../engines/engine.ts';
import type { RunRecord, RunStatus } from '../../store/records.ts';
import type { ModelStatus, WorkerListener } from '../../worker/protocol.ts';
import { hasAddress } from '../models/ownOffer.ts';
import { addressesOf } from '../offline/origins.ts';
import { createFiles } from './createFiles.ts';
import { waitForFormerTab } from './formerTab.ts';
import { Link, workerEnded, type Spawn } from './link.ts';
import type { EngineState, Optimizer } from './contract.ts';
import { plain } from './plain.ts';
import { Watches } from './watches.ts';

export interface OptimizerParts {
  spawn: Spawn;
  pageUrl(): string;
  /** A run as it is stored, `interrupted` when nobody has it in hand any more. */
  runRecord(run: string): Promise<RunRecord | undefined>;
  /** Hears of a worker that hung or crashed, and of the model it had: it can no longer tell so itself. */
  noteLost?(why: 'hung' | 'crashed', ref: ModelRef | null): void;
  /** Of a server; sent with its load and remembered nowhere here. */
  keyFor?(url: string): Promise<string | undefined>;
  /**
   * Lets workers made from now on ask these addresses. Resolves to when that began, milliseconds since 1970: those made
   * before may not.
   */
  allow?(addresses: readonly string[]): Promise<number>;
  heartbeatMs?: number;
  /** Milliseconds without an answer until the worker is ended: in general, and while a model loads. */
  patienceMs?: { run: number; load: number };
}

/** How often a lost worker is started anew by itself, until the person does something. */
const MOST_RESTARTS = 3;
/** Errors after which the worker is ended and started anew. */
const LOST: ReadonlySet<string> = new Set(['device-lost', 'out-of-memory']);
/** Compiling shaders and starting a WebAssembly engine can keep the worker from answering for a good while. */
const PATIENCE = { run: 30_000, load: 180_000 };

export function createOptimizer(parts: OptimizerParts): Optimizer {
  const patience = parts.patienceMs ?? PATIENCE;
  const watches = new Watches();
  const hearers = new Set<(state: EngineState) => void>();
  const runHearers = new Set<(run: string, status: RunStatus) => void>();
  /** Runs that the worker has in hand, in their order. */
  const going = new Set<string>();
  let link: Link | null = null;
  /** When it was made, milliseconds since 1970. */
  let born = 0;
  let state: EngineState = { worker: 'none', model: { state: 'none' }, message: null };
  /** What a new worker has to be given back. */
  let loaded: { ref: ModelRef; options: LoadOptions | undefined } | null = null;
  /** By id of the model: what it was loaded with. */
  const passed = new Map<string, LoadOptions>();
  let restarts = 0;

  const change = (to: Partial<EngineState>) => {
    state = { ...state, ...to };
    for (const hear of hearers) hear(state);
  };

  /** The living worker, made when there is none. */
  const need = (): Link => {
    if (link) return link;
    if (!globalThis.isSecureContext) {
      const message =
        'The browser lets a page run models only from a safe address. Open it by https://, or on this machine by http://127.0.0.1.';
      throw Object.assign(new Error(message), { name: 'insecure-page' });
    }
    const lost = (what: string) => void recover(mine, what);
    const listener: WorkerListener = {
      model: (model) => void (link === mine && change({ model })),
      run(run, status, _message, fatal) {
        if (link !== mine) return;
        for (const hear of runHearers) hear(run, status);
        if (status === 'queued' || status === 'running' || status === 'paused') going.add(run);
        // A run whose engine is gone stays in hand: the next worker gets it.
        else if (fatal) lost('The model was lost');
        else going.delete(run);
      },
    };
    const mine: Link = new Link({
      spawn: parts.spawn,
      listener,
      patience: () => (state.model.state === 'loading' ? patience.load : patience.run),
      lost: (why) => {
        parts.noteLost?.(why, refOf(state.model));
        lost(why === 'hung' ? 'The optimizer no longer answered' : 'The optimizer ended unexpectedly');
      },
      ...(parts.heartbeatMs === undefined ? {} : { heartbeatMs: parts.heartbeatMs }),
    });
    link = mine;
    born = Date.now();
    if (state.worker !== 'restarting') change({ worker: 'alive', message: null });
    watches.attachAll(mine);
    return mine;
  };

  const files = createFiles(need, () => link);

  const end = (error?: Error) => {
    link?.end(error);
    link = null;
  };

  const giveUp = (message: string) => {
    end();
    going.clear();
    loaded = null;
    change({ worker: 'failed', model: state.model.state === 'failed' ? state.model : { state: 'none' }, message });
    watches.interrupted(message);
  };

  const recover = async (from: Link, what: string) => {
    if (link !== from) return;
    const { model } = state;
    if (model.state === 'loading') {
      const message = `${what} while the model was loading. What was downloaded is kept; try again, or choose a smaller model.`;
      end(Object.assign(new Error(message), { name: 'load-timeout' }));
      // While a model is being given back, whoever does that hears the error too.
      if (state.worker === 'restarting') return;
      loaded = null;
      change({ worker: 'none', model: { state: 'failed', ref: model.ref, code: 'load-timeout', message } });
      if (watches.any) need();
      return;
    }
    end(workerEnded());
    if (restarts >= MOST_RESTARTS)
      return giveUp(`${what}, again and again. What was found so far is kept; reload the page, then go on with the run.`);
    restarts++;
    const back = loaded;
    const runs = [...going];
    change({
      worker: 'restarting',
      model: { state: 'none' },
      message: `${what}. It is being started again${runs.length > 0 ? ', and the run goes on by itself' : ''}.`,
    });
    const next = need();
    try {
      if (back) await loadInto(next, back.ref, () => {}, back.options);
      for (const run of runs) await next.call((api) => api.resume(run));
      if (link === next) change({ worker: 'alive', message: null });
    } catch (error) {
      // When this worker was lost too, its own recovery has taken over.
      if (link === next || (error as Error).name === 'load-timeout') giveUp((error as Error).message);
    }
  };

  const loadInto = async (
    into: Link,
    ref: ModelRef,
    onProgress: (p: LoadProgress) => void,
    options?: LoadOptions,
  ): Promise<LoadedModel> => {
    const key = ref.engine === 'openai' ? await parts.keyFor?.(ref.url) : undefined;
    const given = key === undefined ? options : { ...options, key };
    const model = await into.call((api) => api.load(plain(ref), proxy(onProgress), given && plain(given)));
    loaded = { ref, options };
    if (options) passed.set(ref.id, options);
    // The listener says so too, over a channel of its own that may be slower.
    if (link === into) change({ model: { state: 'ready', model } });
    return model;
  };

  const load: Optimizer['load'] = async (ref, onProgress = () => {}, options = passed.get(ref.id)) => {
    // A load that fails ends the worker.
    files.mustRest();
    restarts = 0;
    const mine = need();
    try {
      return await loadInto(mine, ref, onProgress, options);
    } catch (error) {
      const { name, message } = error as Error;
      // A worker where a load failed cannot be trusted with the next one.
      if (name !== 'busy' && link === mine) {
        end();
        loaded = null;
        // The worker's own word on it may have been lost with the worker.
        change({ worker: 'none', model: name === 'aborted' ? { state: 'none' } : { state: 'failed', ref, code: name, message } });
        if (watches.any) need();
      }
      throw error;
    }
  };

  /**
   * A worker keeps the policy that it was made with: for an address that was confirmed since, another takes its place. Only
   * before a load that the person asked for; a run that goes on by itself confirms nothing.
   */
  const makeWay = async (ref: ModelRef): Promise<void> => {
    const since = (await parts.allow?.(hasAddress(ref) ? addressesOf(ref) : [])) ?? 0;
    // With a run in hand it refuses another model anyway.
    if (!link || since < born || going.size > 0) return;
    files.mustRest();
    end(workerEnded());
    loaded = null;
    change({ worker: 'none', model: { state: 'none' } });
  };

  /** For what is done to a run of this tab. */
  const inHand = (): Link => {
    if (!link) throw Object.assign(new Error('This run is not going on in this tab.'), { name: 'elsewhere' });
    return link;
  };

  return {
    async load(ref, ...more) {
      await makeWay(ref);
      return load(ref, ...more);
    },
    device: async () => need().call((api) => api.device(parts.pageUrl())),
    cancelLoad: async () => link?.call((api) => api.cancelLoad()),
    async unload() {
      await link?.call((api) => api.unload());
      loaded = null;
      change({ model: { state: 'none' } });
    },
    model: () => state.model,
    async listServer(address, key) {
      const since = (await parts.allow?.([address])) ?? 0;
      if (!link || since < born) return need().call((api) => api.listServer(address, key));
      // By another one, so that model and run of the first stay.
      const other = new Link({
        spawn: parts.spawn,
        listener: { model() {}, run() {} },
        patience: () => patience.run,
        lost: () => other.end(),
      });
      try {
        return await other.call((api) => api.listServer(address, key));
      } finally {
        other.end();
      }
    },
    async remove(ref) {
      await need().call((api) => api.remove(plain(ref)));
      if (loaded?.ref.id !== ref.id) return;
      loaded = null;
      change({ model: { state: 'none' } });
    },
    ...files.api,
    here: async (ref) => need().call((api) => api.here(plain(ref))),
    async tryOut(request, onTokens = () => {}) {
      restarts = 0;
      const mine = need();
      try {
        return await mine.call((api) => api.tryOut(plain(request), proxy(onTokens)));
      } catch (error) {
        // Outside of a run nobody else tells that the engine is gone.
        if (LOST.has((error as Error).name)) void recover(mine, 'The model was lost');
        throw error;
      }
    },
    stopTrying: async () => link?.call((api) => api.stopTrying()),
    async start(request) {
      restarts = 0;
      return need().call((api) => api.start(plain(request)));
    },
    async resume(run, onProgress, options) {
      const record = await waitForFormerTab(parts.runRecord, run, going);
      const { model } = state;
      if (model.state !== 'ready' || model.model.ref.id !== record.model.id) await load(record.model, onProgress, options);
      restarts = 0;
      await need().call((api) => api.resume(run));
    },
    watch: (run, from, handlers) => watches.add(run, from, handlers, need()),
    pause: async (run) => inHand().call((api) => api.pause(run)),
    unpause: async (run) => inHand().call((api) => api.unpause(run)),
    stop: async (run) => inHand().call((api) => api.stop(run)),
    reviewRows: async (run, position, rows) => inHand().call((api) => api.reviewRows(run, position, plain(rows))),
    onRun(hear) {
      runHearers.add(hear);
      return () => runHearers.delete(hear);
    },
    state: () => state,
    onEngineState(hear) {
      hearers.add(hear);
      hear(state);
      return () => hearers.delete(hear);
    },
  };
}

const refOf = (model: ModelStatus): ModelRef | null =>
  model.state === 'none' ? null : model.state === 'ready' ? model.model.ref : model.ref;
