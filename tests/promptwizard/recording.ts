/** A real run on file: what determined it, what it told, and every reply and token count it got. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { LlmReply } from '../../src/promptwizard/llm.ts';
import { deriveSeed } from '../../src/promptwizard/random.ts';
import type { OptimizeInput, Row } from '../../src/promptwizard/types.ts';

export interface Recording {
  version: 1;
  model: string;
  /** Day of the run. */
  date: string;
  input: OptimizeInput;
  events: RunEvent[];
  replies: LlmReply[];
  /** Rows as the person left them, by position. */
  reviewed: Record<number, Row[]>;
  /** Tokens as the model counts them, by `textKey`. */
  tokens: Record<string, number>;
}

export const textKey = (text: string): string => `${deriveSeed(1, text).toString(36)}.${text.length}`;

export async function readRecording(url: URL): Promise<Recording> {
  return JSON.parse(gunzipSync(await readFile(url)).toString('utf8')) as Recording;
}
