import type { Task } from './types.ts';

/** A prompt that asks for writing, whatever a small model makes of it: it says "choice" or "short text" to those too. */
const WRITES =
  /^\W*(?:please\s+)?(?:(?:can|could|would)\s+you\s+)?(?:help\s+me\s+)?(?:write|draft|compose|rewrite|rephrase|paraphrase|summari[sz]e|explain|describe|plan|outline|brainstorm|create|design|propose|suggest|reply|respond|advise|improve|review|critique|invent|tell\s+(?:me\s+)?a\s+story)\b/i;

/** Whether a prompt, by its first words, wants a text of which many can be good. */
export const asksForWriting = (prompt: string): boolean => WRITES.test(prompt);

/** Of a prompt that is only `{{text}}` the system message says what is wanted. */
const asks = ({ prompt, system }: Pick<Task, 'prompt' | 'system'>): boolean =>
  asksForWriting(prompt.replace(/\{\{[^}]*\}\}/g, '').trim() === '' ? (system ?? '') : prompt);

/** An open task, as far as can be known before any call: replies will be judged, and answers are not looked at. */
export const isOpenTask = (task: Pick<Task, 'prompt' | 'system' | 'rows' | 'metric'>): boolean =>
  task.metric ? task.metric.kind === 'checklist' : asks(task) && !task.rows.some((row) => row.answer?.trim());
