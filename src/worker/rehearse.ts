/** Whether a request can be run at all, found out before anything is stored or spent. */
import type { Deps } from '../promptwizard/llm.ts';
import type { OptimizeInput } from '../promptwizard/types.ts';
import type { Optimize } from './run.ts';

/** Goes through the method up to its first call, which is never made. @throws InputError with the sentence for the person */
export async function rehearse(optimize: Optimize, input: OptimizeInput, countTokens: Deps['countTokens']): Promise<void> {
  let reached: () => void = () => {};
  const asked = new Promise<'asked'>((resolve) => (reached = () => resolve('asked')));
  const never = () => {
    reached();
    return new Promise<never>(() => {});
  };
  const events = optimize(input, never, { countTokens, stopped: () => false, reviewRows: never, runUntrusted: never });
  for (;;) {
    const next = await Promise.race([events.next(), asked]);
    if (next === 'asked' || next.done) return;
  }
}
