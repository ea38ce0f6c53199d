/** One answer outside of any run: a person tries a prompt on an input. Nothing of it is stored. */
import { EngineError } from '../engines/errors.ts';
import { GPU_LOCK } from '../store/owners.ts';
import { WorkerError } from './errors.ts';
import { callTimeout } from './llm.ts';
import type { Models } from './models.ts';
import type { TryReply, TryRequest } from './protocol.ts';

export interface TryingParts {
  models: Models;
  locks: LockManager;
  /** Whether a run of this tab is going on or waits. */
  busy(): boolean;
}

/** For the chat template's own tokens, as in a run. */
const TEMPLATE_TOKENS = 48;
const LEAST_REPLY = 16;

export class Trying {
  private current: { stop: AbortController; over: Promise<unknown> } | null = null;

  constructor(private readonly parts: TryingParts) {}

  /** @throws WorkerError busy, elsewhere; EngineError not-loaded, context-full, aborted, and those of `generate` */
  ask(request: TryRequest, onTokens: (tokensSoFar: number) => void): Promise<TryReply> {
    if (this.parts.busy()) throw new WorkerError('busy', 'A run is going on with the loaded model. Try the prompt when it has ended.');
    if (this.current) throw new WorkerError('busy', 'The model is still writing the answer before. Wait for it, or stop it.');
    const stop = new AbortController();
    const over = this.parts.locks.request(GPU_LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return this.answer(request, onTokens, stop.signal);
      throw new WorkerError('elsewhere', 'A run is going on in another tab. Try the prompt when it has ended.');
    });
    this.current = { stop, over };
    return over.finally(() => (this.current = null));
  }

  /** Resolves when the model is free. */
  async stop(): Promise<void> {
    this.current?.stop.abort();
    await this.current?.over.catch(() => {});
  }

  private async answer({ messages, maxTokens }: TryRequest, onToken: (tokens: number) => void, signal: AbortSignal): Promise<TryReply> {
    const { engine, model } = this.parts.models.ready();
    const tokens = messages.map(({ content }) => engine.countTokens(content));
    const tokensIn = tokens.reduce((sum, n) => sum + n, 0);
    const room = model.contextSize - tokensIn - 4 * messages.length - TEMPLATE_TOKENS;
    if (room < Math.min(LEAST_REPLY, maxTokens))
      throw new EngineError('context-full', `This is too long: the model can work on ${model.contextSize} tokens. Shorten the input.`);
    const limit = Math.min(maxTokens, room);
    // As in a run: the same question gets the same answer.
    const asked = { messages, maxTokens: limit, temperature: 0, seed: 0, timeoutMs: callTimeout(tokensIn, limit, model), onToken };
    const { text, finish, tokensOut, ms } = await engine.generate(asked, signal);
    if (finish === 'abort') throw new EngineError('aborted', 'Stopped before the answer was whole.');
    return { text, finish, tokensOut, ms };
  }
}
