/** One request to optimize, from its acceptance to its answer. */
import { progressOf } from './answers.ts';
import { asApiError, type ApiError } from './errors.ts';
import type { Following } from './following.ts';
import type { ApiHost, LoadNews } from './host.ts';
import { wireModel } from './names.ts';
import type { Asked } from './request.ts';
import type { ApiRuns, Begun, Waiting } from './runs.ts';
import type { ApiEvent, OptimizeResponse } from './answerSchema.ts';

export interface CallParts {
  host: ApiHost;
  runs: ApiRuns;
  asked: Asked;
  /** Told when there is a run. */
  onRun: ((run: string) => void) | undefined;
  /** Only for callers who want events. */
  hear: ((event: ApiEvent) => void) | undefined;
  /** The caller went away. */
  gone: AbortSignal | undefined;
}

/** Milliseconds between two events of one kind. */
const EVENT_EVERY = 1_000;

export class Call {
  /** Of the run, if it becomes a new one; until then the request's own. */
  readonly id: string;
  readonly at: number;
  run: string | null = null;
  error: ApiError | null = null;
  readonly begun: Promise<Begun>;
  readonly answer: Promise<OptimizeResponse>;
  private readonly gone = new AbortController();
  private readonly waiting: Waiting;
  private told = { phase: '', at: 0 };

  constructor(private readonly parts: CallParts) {
    const { host, runs, asked } = parts;
    this.id = host.newId();
    this.at = host.now();
    const leave = () => this.gone.abort();
    parts.gone?.addEventListener('abort', leave, { once: true });
    if (parts.gone?.aborted) leave();
    this.detach = () => parts.gone?.removeEventListener('abort', leave);
    this.waiting = { asked, since: this.at, gone: this.gone.signal };
    this.begun = runs.begin(this.waiting, this.id, (news) => this.tellLoading(news));
    this.answer = this.begun.then((begun) => this.goOn(begun)).catch((error: unknown) => this.fail(error));
    this.begun.catch(() => {});
    this.answer.catch(() => {});
  }

  /** The caller was answered before the end, and its going no longer stops anything. */
  readonly detach: () => void;

  private async goOn(begun: Begun): Promise<OptimizeResponse> {
    if ('cached' in begun) {
      this.run = begun.cached.run_id;
      this.parts.onRun?.(this.run);
      return begun.cached;
    }
    const { following } = begun;
    this.run = following.run;
    this.parts.onRun?.(this.run);
    this.parts.hear?.({ event: 'waiting', run_id: this.run });
    let started = false;
    const end = following.onChange(() => {
      if (!started && following.status === 'running') {
        started = true;
        this.parts.hear?.({ event: 'started', run_id: following.run });
      }
      this.tellProgress(following);
    });
    try {
      return await this.parts.runs.wait(following, this.waiting);
    } finally {
      end();
      this.detach();
    }
  }

  private fail(error: unknown): never {
    this.error = asApiError(error);
    throw this.error;
  }

  private due(phase: string): boolean {
    const now = this.parts.host.now();
    if (phase === this.told.phase && now - this.told.at < EVENT_EVERY) return false;
    this.told = { phase, at: now };
    return true;
  }
  private tellLoading({ model, phase, bytesDone, bytesTotal, secondsLeft }: LoadNews): void {
    if (!this.parts.hear || !this.due(`loading ${phase}`)) return;
    const figures = { bytes_done: bytesDone, bytes_total: bytesTotal, seconds_left: secondsLeft };
    this.parts.hear({ event: 'loading', model: wireModel(model), phase, ...figures });
  }
  private tellProgress({ state, run }: Following): void {
    if (!this.parts.hear || state.seq === 0 || !this.due(`${state.phase?.phase} ${state.phase?.round}`)) return;
    this.parts.hear({ event: 'progress', run_id: run, ...progressOf(state) });
  }
}
