/** Passes calls on to the worker. */
const worker = new Worker(new URL('./probe.worker.ts', import.meta.url), { type: 'module' });
let next = 0;

const call = (name: string, args: unknown[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const id = next++;
    const onMessage = ({ data }: MessageEvent<{ id: number; value?: unknown; failed?: string }>) => {
      if (data.id !== id) return;
      worker.removeEventListener('message', onMessage);
      if (data.failed !== undefined) reject(new Error(data.failed));
      else resolve(data.value);
    };
    worker.addEventListener('message', onMessage);
    worker.postMessage({ id, name, args });
  });

Object.assign(globalThis, { call });
