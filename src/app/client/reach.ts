/**
 * `fetch` for an address that the person has confirmed, perhaps a moment ago: the page keeps the policy that it was loaded
 * with, so a worker asks, made for this one request. The answer has status and headers only; none within 20 seconds is a
 * TypeError.
 */
import type { ReachAnswer, ReachRequest } from '../../worker/reach.worker.ts';

export async function reach(address: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const worker = new Worker(new URL('../../worker/reach.worker.ts', import.meta.url), { type: 'module', name: 'reach' });
  try {
    const answer = await new Promise<ReachAnswer>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<ReachAnswer>) => resolve(data);
      worker.onerror = (event) => (event.preventDefault(), resolve({ failed: 'the worker did not start' }));
      worker.postMessage({ url: String(address), init } satisfies ReachRequest);
    });
    if ('failed' in answer) throw new TypeError(answer.failed);
    return new Response(null, answer);
  } finally {
    worker.terminate();
  }
}
