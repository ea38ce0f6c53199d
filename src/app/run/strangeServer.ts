/** A run whose server nobody took in on this machine: a file brought it, or the server was removed since. Pure. */
import type { ModelRef } from '../../engines/engine.ts';
import { goesToSentence } from '../models/goesTo.ts';

/** Its host and port; empty for a model of this browser. */
export const serverHost = (ref: ModelRef): string => (ref.engine === 'openai' ? new URL(ref.url).host : '');

export const strangeServer = (ref: ModelRef): string =>
  `This run used the server at ${serverHost(ref)}, which is none of yours here. ${goesToSentence(ref)}`;
