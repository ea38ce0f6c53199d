/** What the page asks, answered on the port that came with it. */
import { dropEngine, engineStates, takeEngine } from './engineFiles.ts';
import { allow, allowedOrigins, disallow } from './origins.ts';
import { keptPage } from './pageFiles.ts';
import type { Question, Refusal } from './protocol.ts';

declare const self: ServiceWorkerGlobalScope;

/** null: no question. */
export function answerQuestion({ data, ports: [port] }: ExtendableMessageEvent): Promise<void> | null {
  if (!port || typeof (data as { type?: unknown } | null)?.type !== 'string') return null;
  return reply(port, answerTo(data as Question));
}

function answerTo(question: Question): () => Promise<unknown> {
  switch (question.type) {
    case 'take-engine':
      return () => takeEngine(question.engine);
    case 'drop-engine':
      return () => dropEngine(question.engine);
    case 'engines':
      return engineStates;
    case 'page':
      return keptPage;
    case 'allow':
      return async () => allow(question.origins);
    case 'disallow':
      return () => disallow(question.origin);
    case 'origins':
      return allowedOrigins;
    case 'use-now':
      return async () => (void self.skipWaiting(), null);
    default:
      // A page of another build may ask what this one does not know.
      return async () => {
        throw new Error('The part of the app that works in the background is of another version. Reload the page.');
      };
  }
}

async function reply(port: MessagePort, work: () => Promise<unknown>): Promise<void> {
  try {
    port.postMessage(await work());
  } catch (error) {
    const { message, name } = error instanceof Error ? error : new Error(String(error));
    port.postMessage({ refused: message, name } satisfies Refusal);
  }
}
