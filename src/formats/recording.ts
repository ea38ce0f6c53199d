/** A real run on file: what determined it, what it told, and every reply and token count it got. */
import type { RunEvent } from '../promptwizard/events.ts';
import type { LlmReply } from '../promptwizard/llm.ts';
import type { OptimizeInput, Row } from '../promptwizard/types.ts';

export interface Recording {
  version: 1;
  /** As a person calls it. */
  model: string;
  /** Day of the run: `2026-11-23`. */
  date: string;
  /** What its rows ask, to stand after "24 rows of": `counting objects`. */
  rowsOf?: string;
  input: OptimizeInput;
  events: RunEvent[];
  replies: LlmReply[];
  /** Rows as the person left them, by position. */
  reviewed: Record<number, Row[]>;
  /** Tokens as the model counts them, by the tests' `textKey`. */
  tokens: Record<string, number>;
}

/** Characters of JSON; a thorough run with 24 rows has 0.1 million. */
export const MOST_CHARACTERS = 5_000_000;

/** @throws Error with a sentence for a person */
export function readRecording(text: string): Recording {
  if (text.length > MOST_CHARACTERS) throw new Error('This recording is larger than any run should be, so it was not read.');
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error('This file holds no recorded run.');
  }
  if (!isObject(found)) throw new Error('This file holds no recorded run.');
  if (found['version'] !== 1) throw new Error(`This recording has version ${String(found['version'])}; this app reads version 1.`);
  const lacking = lacks(found);
  if (lacking) throw new Error(`This recording is incomplete: ${lacking}.`);
  return found as unknown as Recording;
}

/** What the page and the tests rely on; the events themselves are as the method wrote them. */
function lacks({ model, date, rowsOf, input, events, replies, reviewed, tokens }: Record<string, unknown>): string | null {
  if (typeof model !== 'string' || model === '') return 'it does not name its model';
  if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) return 'it has no date';
  if (rowsOf !== undefined && typeof rowsOf !== 'string') return 'the name of its rows is no text';
  if (!isObject(input) || !isObject(input['task']) || !isObject(input['model']) || typeof input['plan'] !== 'string')
    return 'it has no task';
  if (typeof input['task']['prompt'] !== 'string' || !Array.isArray(input['task']['rows'])) return 'its task has no prompt or no rows';
  if (!Array.isArray(events) || !events.every((event) => isObject(event) && typeof event['type'] === 'string')) return 'it has no events';
  if (events[0]?.type !== 'run-started' || events.at(-1)?.type !== 'done') return 'it has no beginning or no end';
  if (!Array.isArray(replies) || !isObject(reviewed) || !isObject(tokens)) return 'the replies are missing';
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
