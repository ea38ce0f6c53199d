/**
 * Keeps an engine that takes several calls at once busy, while the method asks one after the other: calls that are foreseen
 * are asked early, and their replies handed out when they are asked for. What was asked for nothing is dropped, unstored.
 */
import type { LlmReply, LlmRequest } from '../promptwizard/llm.ts';

export type Foresee = (known: (request: LlmRequest) => LlmReply | undefined) => Promise<LlmRequest[]>;

export interface AskAheadParts {
  /** Calls at once, the one that is waited for among them. */
  parallel: number;
  foresee: Foresee;
  /** True while nothing new may be begun: the run is paused, or to be stopped. */
  held(): boolean;
  ask(request: LlmRequest, how: { signal: AbortSignal; onTokens: (tokensSoFar: number) => void }): Promise<LlmReply>;
  /** Of the call that is waited for. */
  onTokens(tokensSoFar: number): void;
}

interface Early {
  reply: Promise<LlmReply>;
  /** Once it is there. */
  done: LlmReply | null;
  stop: AbortController;
}

/** Replies that lie ready and unused, in calls at once: what a wrong look ahead may waste. */
const MOST_READY = 2;

export class AskAhead {
  private readonly known = new Map<string, LlmReply>();
  private readonly early = new Map<string, Early>();
  private queue: [key: string, request: LlmRequest][] = [];
  private running = 0;
  private width: number;
  private waitedFor = '';
  private looking = false;
  private ended = false;

  constructor(private readonly parts: AskAheadParts) {
    this.width = parts.parallel;
  }

  /** A reply that the run has, wherever it came from. */
  heard(request: LlmRequest, reply: LlmReply): void {
    this.known.set(keyOf(request), reply);
  }

  /** @throws what `ask` throws */
  async reply(request: LlmRequest): Promise<LlmReply> {
    const key = keyOf(request);
    this.waitedFor = key;
    const early = this.early.get(key);
    this.early.delete(key);
    const at = this.queue.findIndex(([waiting]) => waiting === key);
    // Those before it were foreseen and then not asked.
    if (at >= 0) this.queue.splice(0, at + 1);
    if (early) {
      this.fill();
      try {
        return await early.reply;
      } catch {
        // Asked anew, as if it had not been asked early: its error may have passed.
      }
    }
    const asking = this.begin(key, request).reply;
    if (!early && at < 0) void this.look();
    else this.fill();
    return asking;
  }

  /** Nothing more is asked, and what is under way is given up. */
  end(): void {
    this.ended = true;
    this.queue = [];
    for (const { stop } of this.early.values()) stop.abort();
    this.early.clear();
  }

  private begin(key: string, request: LlmRequest): Early {
    const stop = new AbortController();
    this.running++;
    const onTokens = (tokens: number) => void (this.waitedFor === key && this.parts.onTokens(tokens));
    const reply = this.parts.ask(request, { signal: stop.signal, onTokens }).finally(() => {
      this.running--;
      this.fill();
    });
    const begun: Early = { reply, done: null, stop };
    reply.then(
      (done) => (begun.done = done),
      () => {
        // A server that turns calls away has too many of them.
        if (!stop.signal.aborted) this.width = Math.max(1, Math.floor(this.width / 2));
      },
    );
    return begun;
  }

  private fill(): void {
    while (!this.ended && !this.parts.held() && this.running < this.width && this.early.size < MOST_READY * this.parts.parallel) {
      const next = this.queue.shift();
      if (!next) return;
      this.early.set(next[0], this.begin(...next));
    }
  }

  private async look(): Promise<void> {
    if (this.looking || this.width === 1) return;
    this.looking = true;
    const met = new Set<string>();
    try {
      const found = await this.parts.foresee((request) => {
        const key = keyOf(request);
        met.add(key);
        return this.known.get(key) ?? this.early.get(key)?.done ?? undefined;
      });
      const wanted = new Map(found.map((request) => [keyOf(request), request]));
      for (const [key, { stop }] of this.early) {
        if (met.has(key)) continue;
        // The run has gone another way.
        stop.abort();
        this.early.delete(key);
      }
      this.queue = [...wanted].filter(([key]) => !this.known.has(key) && !this.early.has(key) && key !== this.waitedFor);
      this.fill();
    } catch {
      // Without a look ahead the calls go one after the other.
    } finally {
      this.looking = false;
    }
  }
}

const keyOf = (request: LlmRequest): string => JSON.stringify(request);
