import { wrap } from 'comlink';

/** `window.call(name, …arguments)` calls the worker, for `page.evaluate`. */
const worker = wrap<Record<string, (...args: unknown[]) => unknown>>(
  new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' }),
);
Object.assign(window, { call: (name: string, ...args: unknown[]) => worker[name]!(...args) });
