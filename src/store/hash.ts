/** The three hashes that decide what is the same: a call, a request for a run, a run's seed. */
import type { LlmRequest } from '../promptwizard/llm.ts';
import type { Settings } from '../promptwizard/settings.ts';
import type { PlanName, Task } from '../promptwizard/types.ts';
import { canonicalJson } from './canonical.ts';

/** SHA-256 of the value's canonical JSON, 64 hexadecimal digits. */
export async function sha256(value: unknown): Promise<string> {
  return textHash(canonicalJson(value));
}

/** SHA-256 of the text itself, as `sha256sum` gives it for a file that holds it. */
export async function textHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Key of a stored reply. */
export const callHash = (modelId: string, request: LlmRequest): Promise<string> => sha256(['call', 1, modelId, request]);

/** Key of a reply that says more of that hour than of the model: for replay of the run that heard it, and no other. */
export const ownCallHash = (modelId: string, request: LlmRequest, run: string): Promise<string> =>
  sha256(['call', 1, modelId, request, run]);

/** Key of a finished run: what was asked, without what differs from run to run (the seed unless set, ids of rows). */
export function requestHash(task: Task, settings: Settings, plan: PlanName, modelId: string): Promise<string> {
  const { seed, ...others } = settings;
  const rows = task.rows.map(({ question, inputs, answer, reasoning, origin }) => ({ question, inputs, answer, reasoning, origin }));
  return sha256(['run', 1, { ...task, rows }, seed === null ? others : settings, plan, modelId]);
}

/** 32 bits from a run's id. */
export const seedOf = async (run: string): Promise<number> => parseInt((await sha256(['seed', run])).slice(0, 8), 16);
