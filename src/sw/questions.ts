/** What the page asks, answered on the port that came with it. */
import { dropEngine, engineStates, takeEngine } from './engineFiles.ts';
import { allow, allowedOrigins, disallow } from './origins.ts';
import type { Question, Refusal } from './protocol.ts';

declare const self: ServiceWorkerGlobalScope;

/** null: not for this worker's own part. */
export function answerQuestion({ data, ports: [port] }: ExtendableMessageEvent): Promise<void> | null {
  if (!port || typeof (data as { type?: unknown } | null)?.type !== 'string') return null;
  const work = answerTo(data as Question);
  return work && reply(port, work);
}

function answerTo(question: Question): (() => Promise<unknown>) | null {
  switch (question.type) {
    case 'take-engine':
      return () => takeEngine(question.engine);
    case 'drop-engine':
      return () => dropEngine(question.engine);
    case 'engines':
      return engineStates;
    case 'allow':
      return async () => allow(question.origins);
    case 'disallow':
      return () => disallow(question.origin);
    case 'origins':
      return allowedOrigins;
    case 'use-now':
      return async () => (void self.skipWaiting(), null);
    default:
      return null;
  }
}

async function reply(port: MessagePort, work: () => Promise<unknown>): Promise<void> {
  try {
    port.postMessage(await work());
  } catch (error) {
    port.postMessage({ refused: error instanceof Error ? error.message : String(error) } satisfies Refusal);
  }
}
