/** Starts runs, takes them up again, and passes on what the person does to them. */
import type { OptimizeInput, Row } from '../promptwizard/types.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Connection } from '../store/connection.ts';
import { deviceIsTaken, ownedRuns } from '../store/owners.ts';
import type { RunRecord, RunStatus } from '../store/records.ts';
import { getRun, putRun, runsByRequest, runsByStatus, updateRun } from '../store/runs.ts';
import type { SiteSettings } from '../store/site.ts';
import { storedAnswer } from '../store/storedAnswer.ts';
import { claimRun, withDevice } from './claim.ts';
import { WorkerError } from './errors.ts';
import type { Journal } from './journal.ts';
import { requestHash, seedOf } from '../store/hash.ts';
import type { Models } from './models.ts';
import type { StartReply, StartRequest, WorkerListener } from './protocol.ts';
import { Queue } from './queue.ts';
import { rehearse } from './rehearse.ts';
import { DrivenRun, type Optimize, type RunNews } from './run.ts';
import type { Watchers } from './watchers.ts';

export interface RunsParts {
  connection: Connection;
  locks: LockManager;
  /** Version of the app. */
  app: string;
  models: Models;
  sandbox: Pick<Sandbox, 'run'>;
  watchers: () => Watchers;
  /** Loaded on first need. */
  optimize: () => Promise<Optimize>;
  hear: WorkerListener['run'];
  journal: Journal;
  site: SiteSettings;
  newId?: () => string;
  reviewMs?: number;
}

interface InHand {
  id: string;
  driven: DrivenRun;
  /** Ends the claim on the run. */
  over: () => void;
}

export class Runs {
  private readonly queue: Queue<InHand>;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RunsParts) {
    this.queue = new Queue(parts.site.maxConcurrent);
  }

  has(run: string): boolean {
    return this.queue.find(run) !== undefined;
  }
  /** A run is at work or waits. */
  get busy(): boolean {
    return this.queue.length > 0;
  }
  /** @throws WorkerError busy */
  refuseWhileBusy(): void {
    if (this.busy) throw new WorkerError('busy', 'A run is going on with the loaded model. Stop it or wait for its end first.');
  }

  /** @throws EngineError not-loaded, InputError, StoreError */
  start(request: StartRequest): Promise<StartReply> {
    return this.inTurn(() => this.startNow(request));
  }

  private async startNow({ task, settings, plan, anew, id: wanted, asked }: StartRequest): Promise<StartReply> {
    const { connection, models, locks, site } = this.parts;
    const { engine, model } = models.ready();
    const optimize = await this.parts.optimize();
    const id = wanted ?? this.parts.newId?.() ?? crypto.randomUUID();
    const { ref, title, contextSize } = model;
    const input: OptimizeInput = {
      task,
      settings,
      plan,
      model: { id: ref.id, title, contextSize },
      seed: settings.seed ?? (await seedOf(id)),
    };
    await rehearse(optimize, input, {
      countTokens: (text) => engine.countTokens(text),
      runUntrusted: async (request) => (await this.parts.sandbox.run(request)).answer,
    });
    const hash = await requestHash(task, settings, plan, ref.id);
    if (!anew) {
      const done = await connection.use((store) => storedAnswer(store, hash, site));
      if (done) return { kind: 'stored', run: done.id };
      const going = (await connection.use((store) => runsByRequest(store, hash))).find((run) => this.has(run.id));
      if (going) return { kind: 'started', run: going.id };
    }
    if (this.queue.length === 0 && (await deviceIsTaken(locks))) {
      const other = await this.runElsewhere();
      if (other)
        return {
          kind: 'elsewhere',
          run: other,
          message: 'A run is going on in another tab. Look on from here, or start when it has ended.',
        };
    }
    if (this.queue.full) {
      return { kind: 'busy', message: `${this.queueWords()} Start this one when one of them has ended.` };
    }
    const now = Date.now();
    const record: RunRecord = {
      id,
      version: 1,
      createdAt: now,
      updatedAt: now,
      status: 'queued',
      input,
      model: ref,
      app: this.parts.app,
      requestHash: hash,
      ...(asked ? { asked } : {}),
    };
    await this.take(id, () => connection.use((store) => putRun(store, record)).then(() => record));
    return { kind: 'started', run: id };
  }

  /** @throws WorkerError no-such-run, other-model, elsewhere, busy; EngineError not-loaded; StoreError */
  resume(run: string): Promise<void> {
    return this.inTurn(() => this.resumeNow(run));
  }

  private async resumeNow(run: string): Promise<void> {
    const { connection, models } = this.parts;
    if (this.has(run)) return;
    const found = await connection.use((store) => getRun(store, run));
    if (!found) throw new WorkerError('no-such-run', 'This run is no longer stored. Start a new one.');
    if (isOver(found)) return;
    const { model } = models.ready();
    if (model.ref.id !== found.input.model.id) {
      throw new WorkerError('other-model', `This run was made with ${found.input.model.title}. Load that model to go on with it.`);
    }
    if (this.queue.full) throw new WorkerError('busy', `${this.queueWords()} Go on with this one when one of them has ended.`);
    await this.take(run, async () => {
      // Another tab may have ended it while this one waited for the claim.
      const queued = await connection.use((store) => updateRun(store, run, { status: 'queued' }, (now) => !isOver(now)));
      if (!queued) this.parts.watchers().status(run, found.status);
      return queued;
    });
  }

  pause(run: string): Promise<void> {
    return this.inHand(run).driven.setPaused(true);
  }
  unpause(run: string): Promise<void> {
    return this.inHand(run).driven.setPaused(false);
  }
  /** A run that still waits is stopped with nothing spent; one at work keeps the best so far. */
  async stop(run: string): Promise<void> {
    const item = this.inHand(run);
    item.driven.stop();
    if (!this.queue.drop(run)) return;
    await this.parts.connection.use((store) => updateRun(store, run, { status: 'stopped' }));
    this.news(run).status('stopped');
    item.over();
  }
  reviewRows(run: string, position: number, rows: Row[]): Promise<void> {
    return this.inHand(run).driven.answer(position, rows);
  }

  /** Claims the run, makes its record current, and puts it in the queue. Resolves when it is in. */
  private take(id: string, current: () => Promise<RunRecord | undefined>): Promise<void> {
    return new Promise((taken, refuse) => {
      const work = async () => {
        const record = await current();
        if (record) await this.enqueue(id, record, taken);
        else taken();
      };
      const elsewhere = new WorkerError('elsewhere', 'This run is going on in another tab. Look on from here, or go there.');
      claimRun(this.parts.locks, id, work).then((claimed) => claimed || refuse(elsewhere), refuse);
    });
  }

  /** Resolves when the run is over. */
  private async enqueue(id: string, record: RunRecord, taken: () => void): Promise<void> {
    const { connection, locks, models, journal, site, reviewMs } = this.parts;
    const { engine, model } = models.ready();
    const { prefillPerSecond, decodePerSecond, parallel = 1 } = model;
    const driven = new DrivenRun({
      record,
      model: { ref: model.ref, engine, speed: { prefillPerSecond, decodePerSecond }, parallel },
      optimize: await this.parts.optimize(),
      connection,
      sandbox: this.parts.sandbox,
      app: this.parts.app,
      news: this.news(id),
      journal,
      timeout: site.timeout,
      ...(reviewMs === undefined ? {} : { reviewMs }),
    });
    await new Promise<void>((over) => {
      this.queue.add({ id, driven, over }, () => withDevice(locks, () => driven.drive()).finally(over));
      this.news(id).status('queued');
      taken();
    });
  }

  private news(run: string): RunNews {
    const watchers = this.parts.watchers();
    return {
      publish: (batch) => watchers.publish(run, batch),
      status: (status: RunStatus, message, fatal) => {
        watchers.status(run, status, message);
        this.parts.hear(run, status, message, fatal);
      },
      tokens: (tokens) => watchers.tokens(run, tokens),
      reset: () => watchers.reset(run),
    };
  }

  private queueWords(): string {
    const waiting = this.parts.site.maxConcurrent;
    return `One run is going on${waiting === 0 ? '.' : waiting === 1 ? ' and one is waiting.' : ` and ${waiting} are waiting.`}`;
  }

  private inHand(run: string): InHand {
    const found = this.queue.find(run);
    if (!found) throw new WorkerError('elsewhere', 'This run is not going on in this tab.');
    return found;
  }

  private async runElsewhere(): Promise<string | null> {
    const owned = await ownedRuns(this.parts.locks);
    const going = await this.parts.connection.use((store) => runsByStatus(store, ['running', 'paused', 'queued']));
    return going.find(({ id, status }) => owned.has(id) && status !== 'queued')?.id ?? null;
  }

  /** One start or resume after the other, so that what was looked at still holds when it is acted on. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => {});
    return mine;
  }
}

const isOver = (run: RunRecord): boolean => run.status === 'done' || run.status === 'stopped';
