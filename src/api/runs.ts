/** Runs that callers wait for: begun, followed to their end, stopped when nobody waits any more. */
import { responseOf, stateOf } from './answers.ts';
import { ApiError } from './errors.ts';
import { Following } from './following.ts';
import type { ApiHost, HostStart, HostStatus, LoadNews } from './host.ts';
import { RETRY_AFTER } from './limits.ts';
import type { Asked } from './request.ts';
import type { OptimizeResponse } from './answerSchema.ts';

/** What a request came to: a stored answer, or a run to wait for. */
export type Begun = { cached: OptimizeResponse } | { following: Following };

/** One caller's waiting. */
export interface Waiting {
  asked: Asked;
  /** When the request came, milliseconds since 1970. */
  since: number;
  /** The caller went away. */
  gone: AbortSignal;
}

/** How long a run that was told to stop may take to end, ms. */
const STOPPING = 10_000;
const retryLater = { 'Retry-After': String(RETRY_AFTER) };
const never = new Promise<never>(() => {});

export class ApiRuns {
  private readonly followed = new Map<string, Following>();
  /** Requests on their way to a run: a model may have to be loaded first. */
  private starting = 0;

  constructor(private readonly host: ApiHost) {}

  /** @param own whether callers may stop it: it was started for one of them */
  follow(run: string, own: boolean): Following {
    const known = this.followed.get(run);
    if (known) return known;
    const mine = new Following(this.host, run, own);
    this.followed.set(run, mine);
    void mine.ended.then(() => this.followed.delete(run));
    return mine;
  }

  /**
   * @param id of the run, if it becomes a new one
   * @param hear while the model is loaded
   * @throws ApiError also `timeout` and `cancelled`: patience and caller may be gone before there is a run
   */
  async begin({ asked, since, gone }: Waiting, id: string, hear: (news: LoadNews) => void): Promise<Begun> {
    const { host } = this;
    // As many as the queue takes; they may all be waiting for the model.
    if (this.starting > host.mostWaiting)
      throw new ApiError('busy', `${this.starting} requests are on their way already. Ask again when one has ended.`, {}, retryLater);
    this.starting++;
    const left = new AbortController();
    const end = this.endOfWaiting({ asked, since, gone });
    try {
      const starting = host.start(asked, id, hear, left.signal);
      const first = await Promise.race([starting, end.first]);
      if (first === 'late' || first === 'gone') {
        left.abort();
        void starting.then((reply) => this.abandon(reply, id)).catch(() => {});
        if (first === 'gone') throw new ApiError('cancelled', 'The caller went away before there was a run; none was begun.');
        throw new ApiError('timeout', `The model was not ready within ${seconds(asked)}. No run was begun; ask again, with more time.`);
      }
      return await this.begun(first, asked, id);
    } finally {
      end.over();
      this.starting--;
    }
  }

  private async begun(reply: HostStart, asked: Asked, id: string): Promise<Begun> {
    if (reply.kind === 'started') return { following: this.follow(reply.run, reply.run === id) };
    if (reply.kind === 'busy') throw new ApiError('busy', reply.message, {}, retryLater);
    if (reply.kind === 'elsewhere') throw new ApiError('busy', reply.message, {}, retryLater, true);
    const cached = await this.responseTo(reply.run, asked.sessionId, true);
    if (cached) return { cached };
    throw new ApiError('failed', 'The stored answer could not be read. Send the request with anew: true.', { run_id: reply.run });
  }

  /** It was started in the moment in which the last who waited went away. */
  private async abandon(reply: HostStart, id: string): Promise<void> {
    if (reply.kind === 'started') await this.giveUp(this.follow(reply.run, reply.run === id));
  }

  /**
   * Waits for the run's end, the caller's patience or the caller's going, whichever comes first.
   * @throws ApiError for every end but a result
   */
  async wait(following: Following, waiting: Waiting): Promise<OptimizeResponse> {
    const { asked } = waiting;
    following.callers++;
    const end = this.endOfWaiting(waiting);
    const first = await Promise.race([following.ended, end.first]);
    end.over();
    following.callers--;
    if (first !== 'late' && first !== 'gone') return this.answerAt(following.run, first, asked.sessionId);
    const stopped = await this.giveUp(following);
    const result = await this.responseTo(following.run, asked.sessionId, false);
    const more = { run_id: following.run, ...(result ? { result } : {}) };
    const what = first === 'gone' ? 'The caller went away.' : `The run did not end within ${seconds(asked)}.`;
    const kept = stopped ? 'The best so far is kept under its run id.' : 'Others want it too, so it goes on; look at it under its run id.';
    throw new ApiError(first === 'gone' ? 'cancelled' : 'timeout', `${what} ${kept}`, more);
  }

  /** What may come before the end of a run; `over` ends the looking for it. */
  private endOfWaiting({ asked, since, gone }: Waiting): { first: Promise<'late' | 'gone'>; over: () => void } {
    const over = new AbortController();
    const late = async (timeout: number) => {
      await this.host.wait(Math.max(0, timeout - (this.host.now() - since)), over.signal);
      return 'late' as const;
    };
    return {
      first: Promise.race([asked.timeout === null ? never : late(asked.timeout), aborted(gone, over.signal).then(() => 'gone' as const)]),
      over: () => over.abort(),
    };
  }

  /** Stops the run and waits a while for its end. False: another page has it in hand. */
  async stop(run: string): Promise<boolean> {
    const { host } = this;
    if ((await host.stop(run)) === 'elsewhere') return false;
    const following = this.follow(run, false);
    const over = new AbortController();
    await Promise.race([following.ended, host.wait(STOPPING, over.signal)]);
    over.abort();
    return true;
  }

  /** Stops a run, unless somebody else waits for it or it was not started here. False: it goes on. */
  private async giveUp(following: Following): Promise<boolean> {
    if (!following.own || following.callers > 0) return false;
    return this.stop(following.run).catch(() => false);
  }

  private async answerAt(run: string, status: HostStatus, sessionId: string | null): Promise<OptimizeResponse> {
    const result = await this.responseTo(run, sessionId, false);
    if (status === 'done' && result) return result;
    const more = { run_id: run, ...(result ? { result } : {}) };
    if (status === 'stopped')
      throw new ApiError('cancelled', `The run was stopped.${result ? ' The best so far is in result.' : ''}`, more);
    const why = (await this.host.find(run))?.error;
    if (status === 'interrupted')
      throw new ApiError(
        'interrupted',
        `${why ?? 'The run was cut short.'} All its answers are kept; open the run in the app to go on.`,
        more,
      );
    throw new ApiError('failed', why ?? 'The run ended by a fault of this app. Send the request again.', more);
  }

  /** null: the run has no result. */
  private async responseTo(run: string, sessionId: string | null, cached: boolean): Promise<OptimizeResponse | null> {
    const found = await this.host.find(run);
    const state = stateOf(await this.host.events(run));
    if (!found || !state.result) return null;
    return responseOf(state, state.result, { run, sessionId, cached, model: found.model, version: this.host.version });
  }
}

const seconds = ({ timeout }: Asked): string => `${timeout! / 1000} seconds`;

/** Never resolves once `over` is. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true, signal: over }));
}
