/** `npm run bench`: runs tests/bench/run.ts, with what follows `--` as its arguments; in a worker thread, what the thread is for. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { runnerImport } from 'vite';
import { root } from './root.mjs';

// Threads start from this file again: a thread itself reads no TypeScript.
process.argv[1] = fileURLToPath(import.meta.url);
await runnerImport(join(root, isMainThread ? 'tests/bench/run.ts' : workerData), { root, configFile: false, logLevel: 'warn' });
parentPort?.postMessage('ready');
