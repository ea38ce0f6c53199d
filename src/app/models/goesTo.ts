/** Where text goes with a model: nowhere, but for a server of the person's. Pure, and small: the form says it. */
import type { ModelRef } from '../../engines/engine.ts';

/** The host of a server, as it stands in its address; null for a model of this browser. */
const hostOf = (ref: ModelRef | null | undefined): URL | null => (ref?.engine === 'openai' ? new URL(ref.url) : null);
const onThisMachine = ({ hostname }: URL): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

/** At the end of a sentence about this machine. */
export function goesTo(ref: ModelRef | null | undefined): string {
  const url = hostOf(ref);
  if (!url) return 'nothing leaves it';
  return onThisMachine(url) ? `text goes to the server on this machine (${url.host})` : `text goes to ${url.host}, and only there`;
}

/** A sentence of its own; empty for a model of this browser. */
export function goesToSentence(ref: ModelRef | null | undefined): string {
  const url = hostOf(ref);
  if (!url) return '';
  const where = onThisMachine(url) ? `the server on this machine at ${url.host}` : url.host;
  return `Prompts, rows and replies go to ${where}, and only there.`;
}
