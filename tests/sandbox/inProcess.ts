/** The sandbox's own engine without its worker: the same code, and no clock that could cut it. */
import { createQuickJs } from '../../src/sandbox/quickjs.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export const evaluate = createQuickJs();

export const inProcess: Pick<Sandbox, 'run'> = { run: async (request) => ({ answer: await evaluate(request), byClock: false }) };
