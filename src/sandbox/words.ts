/** What went wrong in the sandbox, as a sentence for the person whose code it is. */
import type { Untrusted } from '../promptwizard/llm.ts';

type Kind = Untrusted['kind'];

const LONGEST = 200;

export const sentence = (kind: Kind, what: string): string => `Your ${kind === 'pattern' ? 'pattern' : 'metric'} ${what}.`;

/** The same words whichever limit cut it: a slower machine meets the other one first. */
export const tooLong = (kind: Kind): string => sentence(kind, 'took too long and was stopped');

interface Thrown {
  name: string;
  message: string;
}

/** A dumped error may be anything that code can throw, and dumping it may fail. */
export function thrownOf(dump: () => unknown): Thrown {
  try {
    const thrown = dump();
    if (typeof thrown === 'object' && thrown !== null) {
      const { name, message } = thrown as Record<string, unknown>;
      if (typeof message === 'string') return { name: typeof name === 'string' ? name : 'Error', message };
    }
    return { name: '', message: typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown)) };
  } catch {
    return { name: '', message: 'something that cannot be shown' };
  }
}

export function failure(kind: Kind, { name, message }: Thrown): string {
  const said = message.replace(/\s+/g, ' ').trim().slice(0, LONGEST).replace(/\.$/, '');
  if (name === 'InternalError') {
    if (message === 'interrupted') return tooLong(kind);
    if (message === 'out of memory') return sentence(kind, 'needed more than 32 MB of memory');
    if (message === 'stack overflow') return sentence(kind, 'called itself too often (stack overflow)');
  }
  if (kind === 'pattern') return sentence(kind, `is not valid: ${said}`);
  if (name === 'SyntaxError') return sentence(kind, `is not a JavaScript function: ${said}`);
  return sentence(kind, `threw ${name && name !== 'Error' ? `${name}: ` : ''}${said || 'an error without a message'}`);
}
