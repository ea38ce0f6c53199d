/** The worker that the user's own code runs in. It holds nothing else, and is ended when it does not answer. */
import type { FromSandbox, ToSandbox } from './protocol.ts';
import { createQuickJs } from './quickjs.ts';

const scope = self as unknown as { postMessage(message: FromSandbox): void; onmessage: ((event: { data: ToSandbox }) => void) | null };
const evaluate = createQuickJs();
const why = (error: unknown) => (error instanceof Error ? error.message : String(error));

evaluate({ kind: 'pattern', pattern: '', flags: '', text: '' }).then(
  () => scope.postMessage({ kind: 'ready' }),
  (error: unknown) => scope.postMessage({ kind: 'unavailable', why: why(error) }),
);
scope.onmessage = async ({ data: { id, request } }) => {
  try {
    scope.postMessage({ kind: 'answer', id, answer: await evaluate(request) });
  } catch (error) {
    scope.postMessage({ kind: 'unavailable', why: why(error) });
  }
};
