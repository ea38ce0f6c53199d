/** The user's own code, run one request after the other in a worker of its own that can be ended. */
import type { Untrusted, UntrustedAnswer } from '../promptwizard/llm.ts';
import type { FromSandbox, ToSandbox } from './protocol.ts';
import { tooLong } from './words.ts';

/** The sandbox itself is not to be had, which is no fault of the user's code. */
export class SandboxError extends Error {
  override name = 'sandbox-unavailable';
}

/** As much of a `Worker` as is used. */
export interface SandboxWorker {
  onmessage: ((event: MessageEvent<FromSandbox>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToSandbox): void;
  terminate(): void;
}

export interface Sandbox {
  /** @throws SandboxError, never for what the code does */
  run(request: Untrusted, patienceMs?: number): Promise<{ answer: UntrustedAnswer; byClock: boolean }>;
  /** Lets the worker go; the next request makes another. */
  end(): void;
}

/** Behind the count of steps that ends most: a single built-in call may take long without counting any. */
const PATIENCE_MS = 3_000;
const START_MS = 30_000;
/** After so long without a request its memory is given back. */
const IDLE_MS = 60_000;

const spawn = (): SandboxWorker => new Worker(new URL('./sandbox.worker.ts', import.meta.url), { type: 'module', name: 'sandbox' });

export function createSandbox(make: () => SandboxWorker = spawn, startMs = START_MS): Sandbox {
  let worker: { port: SandboxWorker; ready: Promise<void>; heard: (message: FromSandbox) => void; fail: (why: string) => void } | null =
    null;
  let turn: Promise<unknown> = Promise.resolve();
  let ids = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const end = () => {
    clearTimeout(idle);
    worker?.port.terminate();
    worker = null;
  };

  const living = () => {
    if (worker) return worker;
    const port = make();
    let began: () => void = () => {};
    let failed: (error: Error) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => ((began = resolve), (failed = reject)));
    ready.catch(() => {});
    const mine = { port, ready, heard: (() => {}) as (message: FromSandbox) => void, fail: (why: string) => failed(unavailable(why)) };
    port.onmessage = ({ data }) => {
      if (data.kind === 'ready') began();
      else if (data.kind === 'unavailable') mine.fail(data.why);
      else mine.heard(data);
    };
    port.onerror = (event) => {
      event.preventDefault?.();
      mine.fail('its script could not be fetched');
    };
    worker = mine;
    return mine;
  };

  const runNow = async (request: Untrusted, patienceMs: number) => {
    clearTimeout(idle);
    const mine = living();
    try {
      await within(mine.ready, startMs, () => mine.fail('it did not start'));
      const id = ids++;
      const answered = new Promise<UntrustedAnswer>((resolve, reject) => {
        mine.heard = (message) => void (message.kind === 'answer' && message.id === id && resolve(message.answer));
        mine.fail = (why) => reject(unavailable(why));
      });
      mine.port.postMessage({ id, request });
      let byClock = false;
      const cut = new Promise<UntrustedAnswer>((resolve) => {
        const timer = setTimeout(() => {
          byClock = true;
          resolve({ ok: false, error: tooLong(request.kind) });
        }, patienceMs);
        answered.then(
          () => clearTimeout(timer),
          () => clearTimeout(timer),
        );
      });
      const answer = await Promise.race([answered, cut]);
      if (byClock) end();
      else idle = setTimeout(end, IDLE_MS);
      return { answer, byClock };
    } catch (error) {
      end();
      throw error;
    }
  };

  return {
    run(request, patienceMs = PATIENCE_MS) {
      const mine = turn.then(() => runNow(request, patienceMs));
      turn = mine.catch(() => {});
      return mine;
    },
    end,
  };
}

const unavailable = (why: string): SandboxError =>
  new SandboxError(
    `The part of the app that runs your own code and patterns could not be started (${why}). Check the connection, then try again.`,
  );

async function within(work: Promise<void>, ms: number, late: () => void): Promise<void> {
  const timer = setTimeout(late, ms);
  try {
    await work;
  } finally {
    clearTimeout(timer);
  }
}
