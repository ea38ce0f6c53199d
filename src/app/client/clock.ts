/** Waits that a hidden tab does not stretch. The worker that keeps the time is made on first need. */
let worker: Worker | null = null;
let count = 0;
const waiting = new Map<number, () => void>();

function clock(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL('../../worker/clock.worker.ts', import.meta.url), { type: 'module', name: 'clock' });
  worker.addEventListener('message', ({ data }: MessageEvent<number>) => {
    waiting.get(data)?.();
    waiting.delete(data);
  });
  return worker;
}

/** Resolves after `ms`; never when `signal` aborts before. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return new Promise(() => {});
  const id = ++count;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    clock().postMessage({ id, ms });
    signal?.addEventListener('abort', () => {
      if (waiting.delete(id)) clock().postMessage({ id, ms: null });
    });
  });
}
