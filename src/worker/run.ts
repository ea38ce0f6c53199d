/** Drives one run from its record to its end, or to where it can be taken up again. */
import type { ModelRef } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { StoppedError, type Deps } from '../promptwizard/llm.ts';
import type { Connection } from '../store/connection.ts';
import { getCall, getCalls, putCall } from '../store/calls.ts';
import { StoreError } from '../store/errors.ts';
import type { SeqEvent } from '../store/events.ts';
import { putInput, readInputs } from '../store/inputs.ts';
import { textHash } from '../store/hash.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { CallRecord, RunRecord, RunStatus } from '../store/records.ts';
import { updateRun } from '../store/runs.ts';
import { EventList, ReplayDiffers } from './eventList.ts';
import { Foresight, type Optimize } from './foresee.ts';
import { RunInputs } from './inputs.ts';
import type { Happening, Journal } from './journal.ts';
import { createLlm, type LlmParts, type RunLlm } from './llm.ts';
import { Pause } from './pause.ts';
import { endOf, faultSentence, type RunEnd } from './runEnd.ts';
import { runTimeout } from './runTimeout.ts';
import { createRunUntrusted } from './untrusted.ts';

export type { Optimize };

/** A loaded model, as much of it as a run needs. */
export type RunModel = Pick<LlmParts, 'engine' | 'speed' | 'parallel'> & { ref: ModelRef };

/** Where a run tells its news. */
export interface RunNews {
  publish(batch: SeqEvent[]): void;
  status(status: RunStatus, message?: string, fatal?: boolean): void;
  tokens(tokensSoFar: number): void;
  reset(): void;
}

export interface RunParts {
  record: RunRecord;
  model: RunModel;
  optimize: Optimize;
  connection: Connection;
  sandbox: Pick<Sandbox, 'run'>;
  /** Version of the app. */
  app: string;
  news: RunNews;
  journal: Journal;
  /** Seconds at work after which it is stopped; null: no limit. */
  timeout: number | null;
  reviewMs?: number;
}

/** How long the end of a run waits for its line in the log. */
const NOTE_MS = 500;

export class DrivenRun {
  readonly pause = new Pause();
  private state: 'waiting' | 'going' | 'ended' = 'waiting';
  private inputs: RunInputs | null = null;
  private stopEarly = false;
  private readonly events: EventList;
  /** An error of engine or store: from then on the generator's word is not taken. */
  private fault: { error: unknown } | null = null;
  private outOfTime = false;

  constructor(private readonly parts: RunParts) {
    const { record, connection, app, news } = parts;
    this.events = new EventList({ run: record.id, connection, otherApp: record.app !== app, publish: (batch) => news.publish(batch) });
  }

  get id(): string {
    return this.parts.record.id;
  }

  stop(): void {
    if (this.inputs) this.inputs.stop();
    else this.stopEarly = true;
  }
  /** @throws WorkerError too-late */
  async answer(position: number, rows: Parameters<RunInputs['answer']>[1]): Promise<void> {
    await this.inputs?.answer(position, rows);
  }
  async setPaused(on: boolean): Promise<void> {
    if (this.state === 'ended' || this.pause.on === on) return;
    this.pause.set(on);
    await this.mark({ status: on ? 'paused' : this.state === 'waiting' ? 'queued' : 'running' });
  }

  /** Never rejects: how it ended is in the record, and told. */
  async drive(): Promise<RunStatus> {
    this.state = 'going';
    const { timeout } = this.parts;
    const endWatch = runTimeout(
      timeout,
      () => this.pause.on,
      () => {
        this.outOfTime = true;
        this.stop();
      },
    );
    try {
      await this.mark({ status: this.pause.on ? 'paused' : 'running', error: undefined });
      await this.prepare();
      const end = await this.goThrough().catch((error: unknown) => this.beginAnew(error));
      this.state = 'ended';
      const { tokens, ...change } = end;
      if (this.outOfTime && end.status === 'stopped')
        change.error = `Stopped after ${timeout} seconds of work, the limit of this site. The best so far is kept.`;
      await this.mark(change);
      void this.note(end.status === 'done' ? 'run-finished' : 'run-stopped', end.summary, tokens);
      return end.status;
    } catch (error) {
      return this.fail(error);
    } finally {
      endWatch();
    }
  }

  /** Figures only; the prompt by its length and hash. */
  private async note(what: Happening, summary?: RunRecord['summary'], tokens?: number, error?: unknown): Promise<void> {
    const { record, journal } = this.parts;
    const { prompt } = record.input.task;
    const promptHash = await textHash(prompt).catch(() => undefined);
    await journal.note({
      level: error === undefined ? 'info' : 'error',
      what,
      run: this.id,
      promptHash,
      figures: { promptLength: prompt.length, seconds: summary?.seconds, score: summary?.qualityScore, calls: summary?.calls, tokens },
      ref: record.model,
      error,
    });
  }

  private async prepare(): Promise<void> {
    const { connection } = this.parts;
    await this.events.read();
    this.inputs = new RunInputs({
      run: this.id,
      stored: await connection.use((store) => readInputs(store, this.id)),
      put: (input) => connection.use((store) => putInput(store, input)),
      pause: this.pause,
      ...(this.parts.reviewMs === undefined ? {} : { reviewMs: this.parts.reviewMs }),
    });
    if (this.stopEarly) this.inputs.stop();
  }

  /** A list that another version of the app wrote is written anew; the replies to the same calls are still good. */
  private async beginAnew(error: unknown): Promise<RunEnd> {
    if (!(error instanceof ReplayDiffers && error.otherVersion)) throw error;
    await this.events.clear();
    await this.parts.connection.use((store) => updateRun(store, this.id, { app: this.parts.app }));
    this.parts.news.reset();
    return this.goThrough();
  }

  /** What to write into the record at the end; without summary when the method was stopped before it had a result. */
  private async goThrough(): Promise<RunEnd> {
    const { optimize, record } = this.parts;
    const foresight = new Foresight(optimize, record.input);
    const { llm, end: letGo } = await this.llm(foresight);
    const watched: typeof llm = (request) => (this.fault ? Promise.reject(this.fault.error) : this.watched(llm(request)));
    const events = optimize(record.input, watched, foresight.remembering(this.deps()));
    let end: RunEnd = { status: 'stopped' };
    try {
      for await (const event of events) {
        if (this.fault) break;
        await this.events.take(event);
        if (event.type === 'done') end = endOf(event);
      }
    } catch (error) {
      if (!this.fault && !(error instanceof StoppedError)) throw error;
    } finally {
      letGo();
    }
    if (this.fault) throw this.fault.error;
    await this.events.finish();
    return end;
  }

  private calls(known?: Map<string, CallRecord>): LlmParts['calls'] {
    const { connection } = this.parts;
    return {
      get: async (hash) => known?.get(hash) ?? connection.use((store) => getCall(store, hash)),
      put: (call) => connection.use((store) => putCall(store, call)),
    };
  }

  private async llm(foresight: Foresight): Promise<RunLlm> {
    const { connection, model, record, news } = this.parts;
    const inputs = this.inputs!;
    const { hashes } = this.events;
    const known = hashes.length > 0 ? await connection.use((store) => getCalls(store, hashes)) : undefined;
    return createLlm({
      ...model,
      foresee: (known) => foresight.look(known),
      run: this.id,
      modelId: record.input.model.id,
      calls: this.calls(known),
      inputs,
      pause: this.pause,
      replaying: () => this.events.replaying,
      flush: () => this.events.flush(),
      onTokens: (tokens) => news.tokens(tokens),
    });
  }

  private deps(): Deps {
    const inputs = this.inputs!;
    const runUntrusted = createRunUntrusted({
      run: this.id,
      sandbox: this.parts.sandbox,
      calls: this.calls(),
      replaying: () => this.events.replaying,
    });
    return {
      countTokens: (text) => {
        try {
          return this.parts.model.engine.countTokens(text);
        } catch (error) {
          this.fault ??= { error };
          throw error;
        }
      },
      stopped: (call) => inputs.stoppedBefore(call),
      runUntrusted: (request) => this.watched(runUntrusted(request)),
      reviewRows: (question) => this.watched(this.events.flush().then(() => inputs.review(question))),
    };
  }

  private async watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof StoppedError)) this.fault ??= { error };
      throw error;
    }
  }

  private async fail(error: unknown): Promise<RunStatus> {
    this.state = 'ended';
    const mayGoOn = error instanceof EngineError || error instanceof StoreError || this.fault !== null;
    const status: RunStatus = mayGoOn ? 'interrupted' : 'failed';
    // What came before the fault is true and stays; a list that did not replay is not added to.
    if (mayGoOn) await this.events.flush().catch(() => {});
    // Before it is told, because the page may end this worker then; and not for long, because storage may hang.
    const noted = this.note(mayGoOn ? 'run-interrupted' : 'run-failed', undefined, undefined, error);
    await Promise.race([noted, new Promise((resolve) => setTimeout(resolve, NOTE_MS))]);
    await this.mark({ status, error: faultSentence(error) }, error instanceof EngineError && error.fatal).catch(() => {});
    return status;
  }

  private async mark(change: Partial<RunRecord> & { status: RunStatus }, fatal = false): Promise<void> {
    try {
      await this.parts.connection.use((store) => updateRun(store, this.id, change));
    } finally {
      this.parts.news.status(change.status, change.error, fatal);
    }
  }
}
