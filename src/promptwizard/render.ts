/** The one renderer: scoring, export, playground and API send these messages byte for byte. */
import { markAnswer } from './metrics/span.ts';
import type { Candidate, ChatMessage, Demo, Row } from './types.ts';

/** A prompt that asks for the answer mark in its own words. */
export const ASKS_MARK = /<\s*answer\s*>/i;

const VARIABLE = /\{\{\s*([\p{L}_][\p{L}\p{N}_.-]{0,63})\s*\}\}/gu;

/** Names of the `{{variables}}` in a prompt, each once, in order. */
export function variablesOf(prompt: string): string[] {
  return [...new Set(Array.from(prompt.matchAll(VARIABLE), (m) => m[1]!))];
}

type Inputs = Pick<Row, 'question' | 'inputs'>;

function valueOf(name: string, row: Inputs, only: boolean): string | undefined {
  if (row.inputs && Object.hasOwn(row.inputs, name)) return row.inputs[name];
  if ((name === 'question' || only) && row.question.trim() !== '') return row.question;
  return undefined;
}

/** Variables of the prompt that the row has no value for. Without variables, `question` itself when it is empty. */
export function missingValues(prompt: string, row: Inputs): string[] {
  const names = variablesOf(prompt);
  if (names.length === 0) return row.question.trim() === '' ? ['question'] : [];
  return names.filter((name) => valueOf(name, row, names.length === 1) === undefined);
}

/** One pass: a value that holds `{{x}}` or `$&` stays as it is. */
function fill(text: string, row: Inputs): string {
  const names = variablesOf(text);
  if (names.length === 0) return row.question === '' ? text : `${text}\n\n${row.question}`;
  return text.replace(VARIABLE, (whole, name: string) => valueOf(name, row, names.length === 1) ?? whole);
}

/** The text of the last user turn before the row's values are filled in. */
export function promptText(candidate: Candidate, contract: string): string {
  const parts = [candidate.instruction];
  if (candidate.keywords) parts.push(candidate.keywords);
  if (candidate.contract && contract) parts.push(contract);
  return parts.join('\n\n');
}

/** Whether the prompt asks for the answer mark, so that its examples show it. */
const marks = (candidate: Candidate, task: { contract: string }): boolean =>
  (candidate.contract && task.contract !== '') || ASKS_MARK.test(candidate.instruction);

function demoReply(demo: Demo, contract: boolean): string {
  const answer = contract ? markAnswer(demo.answer) : demo.answer;
  return demo.reasoning ? `${demo.reasoning.trim()}\n${answer}` : answer;
}

/**
 * The chat messages of a candidate for a row: system (the user's own, else the persona), demos as user and assistant
 * turns, the last user turn.
 */
export function renderMessages(candidate: Candidate, row: Inputs, task: { system?: string; contract: string }): ChatMessage[] {
  const text = promptText(candidate, task.contract);
  const messages: ChatMessage[] = [];
  const system = task.system?.trim() ? task.system : candidate.persona;
  if (system) messages.push({ role: 'system', content: system });
  for (const demo of candidate.demos) {
    messages.push({ role: 'user', content: fill(text, demo) });
    messages.push({ role: 'assistant', content: demoReply(demo, marks(candidate, task)) });
  }
  messages.push({ role: 'user', content: fill(text, row) });
  return messages;
}

/** The messages with the place of the row left open: the prompt's own variables, else `{{question}}` at the end. */
export function templateMessages(candidate: Candidate, task: { system?: string; contract: string }): ChatMessage[] {
  const open = variablesOf(candidate.instruction).length > 0 ? { question: '' } : { question: '{{question}}' };
  return renderMessages(candidate, open, task);
}

/** The same as one text to copy: the bare prompt when there is nothing else, else the parts under their names. */
export function flatPrompt(candidate: Candidate, task: { system?: string; contract: string }): string {
  const text = promptText(candidate, task.contract);
  if (candidate.demos.length === 0 && !candidate.persona) return text;
  const parts: string[] = [];
  if (candidate.persona && !task.system?.trim()) parts.push(candidate.persona);
  parts.push(text);
  candidate.demos.forEach((demo, i) => {
    const input =
      demo.question ||
      Object.entries(demo.inputs ?? {})
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n');
    parts.push(`Example ${i + 1}\n${input}\n${demoReply(demo, marks(candidate, task))}`);
  });
  return parts.join('\n\n');
}
