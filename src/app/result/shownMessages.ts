/** The messages as a person reads them. Pure. */
import { variablesOf } from '../../promptwizard/render.ts';
import type { ChatMessage, RunResult } from '../../promptwizard/types.ts';

const OPEN_END = /\n\n\{\{question\}\}$/;

/** Without the open place of the question at the end, when the prompt itself has none: it is not part of the prompt. */
export function shownMessages({ messages, originalPrompt }: Pick<RunResult, 'messages' | 'originalPrompt'>): ChatMessage[] {
  if (variablesOf(originalPrompt).length > 0) return messages;
  return messages.map((message, i) =>
    i === messages.length - 1 ? { ...message, content: message.content.replace(OPEN_END, '') } : message,
  );
}
