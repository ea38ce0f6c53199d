/** Drives one run from its record to its end, or to where it can be taken up again. */
import type { ModelRef } from '../engines/engine.ts';
import { EngineError } from '../engines/errors.ts';
import { InputError } from '../promptwizard/errors.ts';
import type { RunEvent } from '../promptwizard/events.ts';
import { StoppedError, type Deps } from '../promptwizard/llm.ts';
import type { Connection } from '../store/connection.ts';
import { getCall, getCalls, putCall } from '../store/calls.ts';
import { appendEvents, clearEvents, readEvents, type SeqEvent } from '../store/events.ts';
import { StoreError } from '../store/errors.ts';
import { putInput, readInputs } from '../store/inputs.ts';
import { canonicalJson } from '../store/canonical.ts';
import { textHash } from '../store/hash.ts';
import { SandboxError, type Sandbox } from '../sandbox/sandbox.ts';
import type { CallRecord, RunRecord, RunStatus } from '../store/records.ts';
import { updateRun } from '../store/runs.ts';
import { Foresight, type Optimize } from './foresee.ts';
import { RunInputs } from './inputs.ts';
import type { Happening, Journal } from './journal.ts';
import { createLlm, type LlmParts, type RunLlm } from './llm.ts';
import { Pause } from './pause.ts';
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

interface End {
  status: RunStatus;
  summary?: RunRecord['summary'];
  /** Present where the site's limit of time ended it. */
  error?: string;
  tokens?: number;
}

/** The replayed events differ from the stored ones: made by another version of the app, else a bug. */
class ReplayDiffers extends Error {
  constructor(readonly otherVersion: boolean) {
    super();
  }
}

const FLUSH_AT = 64;
/** How long the end of a run waits for its line in the log. */
const NOTE_MS = 500;

export class DrivenRun {
  readonly pause = new Pause();
  private state: 'waiting' | 'going' | 'ended' = 'waiting';
  private inputs: RunInputs | null = null;
  private stopEarly = false;
  private stored: SeqEvent[] = [];
  private seq = 0;
  private pending: SeqEvent[] = [];
  /** An error of engine or store: from then on the generator's word is not taken. */
  private fault: { error: unknown } | null = null;
  private outOfTime = false;

  constructor(private readonly parts: RunParts) {}

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
    this.stored = await connection.use((store) => readEvents(store, this.id));
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
  private async beginAnew(error: unknown): Promise<End> {
    if (!(error instanceof ReplayDiffers && error.otherVersion)) throw error;
    await this.parts.connection.use((store) => clearEvents(store, this.id));
    await this.parts.connection.use((store) => updateRun(store, this.id, { app: this.parts.app }));
    this.stored = [];
    this.pending = [];
    this.seq = 0;
    this.parts.news.reset();
    return this.goThrough();
  }

  /** What to write into the record at the end; without summary when the method was stopped before it had a result. */
  private async goThrough(): Promise<End> {
    const { optimize, record } = this.parts;
    const foresight = new Foresight(optimize, record.input);
    const { llm, end: letGo } = await this.llm(foresight);
    const watched: typeof llm = (request) => (this.fault ? Promise.reject(this.fault.error) : this.watched(llm(request)));
    const events = optimize(record.input, watched, foresight.remembering(this.deps()));
    let end: End = { status: 'stopped' };
    try {
      for await (const event of events) {
        if (this.fault) break;
        await this.take(event);
        if (event.type === 'done') end = summaryOf(event);
      }
    } catch (error) {
      if (!this.fault && !(error instanceof StoppedError)) throw error;
    } finally {
      letGo();
    }
    if (this.fault) throw this.fault.error;
    if (this.seq < this.stored.length) throw new ReplayDiffers(this.parts.record.app !== this.parts.app);
    await this.flush();
    return end;
  }

  private async take(event: RunEvent): Promise<void> {
    const known = this.stored[this.seq];
    if (known && canonicalJson(known.event) !== canonicalJson(event)) {
      throw new ReplayDiffers(this.parts.record.app !== this.parts.app || otherVersion(known.event, event));
    }
    const seq = this.seq++;
    if (seq < this.stored.length) return;
    this.pending.push({ seq, event });
    if (this.pending.length >= FLUSH_AT) await this.flush();
  }

  /** Stored first, then told. */
  private async flush(): Promise<void> {
    const batch = this.pending;
    const [first] = batch;
    if (!first) return;
    this.pending = [];
    const events = batch.map(({ event }) => event);
    await this.parts.connection.use((store) => appendEvents(store, this.id, first.seq, events));
    this.parts.news.publish(batch);
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
    const hashes = this.stored.flatMap(({ event }) => (event.type === 'call' ? [event.hash] : []));
    const known = hashes.length > 0 ? await connection.use((store) => getCalls(store, hashes)) : undefined;
    return createLlm({
      ...model,
      foresee: (known) => foresight.look(known),
      run: this.id,
      modelId: record.input.model.id,
      calls: this.calls(known),
      inputs,
      pause: this.pause,
      replaying: () => this.seq < this.stored.length,
      flush: () => this.flush(),
      onTokens: (tokens) => news.tokens(tokens),
    });
  }

  private deps(): Deps {
    const inputs = this.inputs!;
    const runUntrusted = createRunUntrusted({
      run: this.id,
      sandbox: this.parts.sandbox,
      calls: this.calls(),
      replaying: () => this.seq < this.stored.length,
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
      reviewRows: (question) => this.watched(this.flush().then(() => inputs.review(question))),
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
    if (mayGoOn) await this.flush().catch(() => {});
    // Before it is told, because the page may end this worker then; and not for long, because storage may hang.
    const noted = this.note(mayGoOn ? 'run-interrupted' : 'run-failed', undefined, undefined, error);
    await Promise.race([noted, new Promise((resolve) => setTimeout(resolve, NOTE_MS))]);
    await this.mark({ status, error: sentence(error) }, error instanceof EngineError && error.fatal).catch(() => {});
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

function sentence(error: unknown): string {
  if ([EngineError, StoreError, InputError, SandboxError].some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof ReplayDiffers) {
    return 'This run can not be taken up again: going through it a second time gave something else. That is a fault of this app. What was stored is kept to look at; start it anew.';
  }
  const name = error instanceof Error ? error.name : typeof error;
  return `The run ended by a fault of this app (${name}). What was found so far is kept; start it anew.`;
}

const otherVersion = (a: RunEvent, b: RunEvent): boolean => a.type === 'run-started' && b.type === 'run-started' && a.version !== b.version;

function summaryOf({ result }: Extract<RunEvent, { type: 'done' }>): End {
  const { verdict, qualityScore, quality, processingTime, calls, optimizedPrompt, tokensIn, tokensOut } = result;
  return {
    status: verdict.outcome === 'stopped' ? 'stopped' : 'done',
    summary: { outcome: verdict.outcome, qualityScore, quality, seconds: processingTime, calls, optimizedPrompt },
    tokens: tokensIn + tokensOut,
  };
}
