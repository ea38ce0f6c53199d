/** A test double of a page that answers: its clock is moved by hand, and a run ends when the test says so. */
import { isOver } from '../../../src/api/answers.ts';
import type { ApiError } from '../../../src/api/errors.ts';
import type { ApiHost, FoundRun, HostStart, HostStatus, LoadNews, RunHandlers } from '../../../src/api/host.ts';
import type { Asked } from '../../../src/api/request.ts';
import type { HealthResponse } from '../../../src/api/answerSchema.ts';
import type { RunEvent } from '../../../src/promptwizard/events.ts';

interface Held extends FoundRun {
  asked: Asked;
  list: RunEvent[];
}

export class TestHost implements ApiHost {
  version = '0.1.0';
  mostWaiting = 3;
  time = 1_785_000_000_000;
  readonly runs = new Map<string, Held>();
  readonly accepted: string[] = [];
  readonly stopped: string[] = [];
  started: { asked: Asked; id: string; hear: (news: LoadNews) => void }[] = [];
  refusal: ApiError | null = null;
  reply: HostStart | null = null;
  /** Set to hold starts until it resolves. */
  loading: Promise<void> | null = null;
  /** It starts the run though nobody waits any more: the word came too late. */
  deaf = false;
  /** What a stopped run has to show. */
  bestSoFar: RunEvent[] = [];
  elsewhere = new Set<string>();
  private count = 0;
  private readonly watchers = new Map<string, Set<RunHandlers>>();
  private readonly alarms = new Set<{ at: number; ring: () => void }>();

  newId = (): string => `run-${++this.count}`;
  now = (): number => this.time;
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const alarm = { at: this.time + ms, ring: resolve };
      this.alarms.add(alarm);
      signal.addEventListener('abort', () => this.alarms.delete(alarm));
    });
  }
  /** Lets `ms` pass, and what waits for it happen. */
  async pass(ms: number): Promise<void> {
    await settle();
    this.time += ms;
    for (const alarm of this.alarms) {
      if (alarm.at > this.time) continue;
      this.alarms.delete(alarm);
      alarm.ring();
    }
    await settle();
  }
  get alarmsSet(): number {
    return this.alarms.size;
  }
  get watched(): number {
    return [...this.watchers.values()].reduce((sum, set) => sum + set.size, 0);
  }

  async health(): Promise<HealthResponse> {
    return {
      status: 'healthy',
      model: 'qwen3:4b',
      promptwizard_version: this.version,
      timestamp: new Date(this.time).toISOString(),
      engine: 'webllm',
      queue: { running: 0, waiting: 0, limit: this.mostWaiting },
      webgpu: true,
      detail: 'Ready.',
    };
  }
  async start(asked: Asked, id: string, hear: (news: LoadNews) => void, left: AbortSignal): Promise<HostStart> {
    this.started.push({ asked, id, hear });
    await this.loading;
    if (!this.deaf) left.throwIfAborted();
    if (this.refusal) throw this.refusal;
    if (this.reply) return this.reply;
    const going = [...this.runs.values()].filter((run) => !isOver(run.status));
    const same = going.find((run) => JSON.stringify(run.asked.task) === JSON.stringify(asked.task));
    if (same) return { kind: 'started', run: same.id };
    if (going.length > this.mostWaiting) return { kind: 'busy', message: 'The queue is full.' };
    this.put(id, asked, going.length === 0 ? 'running' : 'queued');
    return { kind: 'started', run: id };
  }
  put(id: string, asked: Asked, status: HostStatus, list: RunEvent[] = []): void {
    const at = this.time;
    const { sessionId } = asked;
    this.runs.set(id, {
      id,
      status,
      createdAt: at,
      updatedAt: at,
      model: 'Qwen3-4B-q4f16_1-MLC',
      asked,
      list,
      ...(sessionId ? { sessionId } : {}),
    });
  }
  watch(run: string, handlers: RunHandlers): () => void {
    const set = this.watchers.get(run) ?? new Set();
    this.watchers.set(run, set.add(handlers));
    const found = this.runs.get(run);
    void Promise.resolve().then(() => {
      if (!set.has(handlers) || !found) return;
      handlers.events(found.list);
      handlers.status(found.status);
    });
    return () => set.delete(handlers);
  }
  acceptRows = async (run: string): Promise<void> => void this.accepted.push(run);
  async stop(run: string): Promise<'stopping' | 'over' | 'elsewhere'> {
    if (this.elsewhere.has(run)) return 'elsewhere';
    this.stopped.push(run);
    this.tell(run, this.bestSoFar, 'stopped');
    return 'stopping';
  }
  remove = async (run: string): Promise<void> => void this.runs.delete(run);
  find = async (run: string): Promise<FoundRun | null> => this.runs.get(run) ?? null;
  events = async (run: string): Promise<RunEvent[]> => this.runs.get(run)?.list ?? [];

  /** News of a run: events, then its status. */
  tell(run: string, events: RunEvent[], status?: HostStatus, error?: string): void {
    const found = this.runs.get(run)!;
    found.list.push(...events);
    if (error !== undefined) found.error = error;
    for (const handlers of [...(this.watchers.get(run) ?? [])]) {
      if (events.length > 0) handlers.events(events);
      if (status) {
        found.status = status;
        handlers.status(status);
      }
    }
    if (status) found.status = status;
  }
}

/** Lets all that is ready happen. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
