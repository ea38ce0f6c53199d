import type { JsonSchema } from '../llm.ts';
import { fence } from './fence.ts';

export type Case = { input: string; output: string } & (
  | { read: string | null; right: string }
  /** Of an open task: the criteria that the reply did not meet. */
  | { unmet: readonly string[] }
);

export const critiqueSchema: JsonSchema = {
  type: 'object',
  properties: { causes: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 } },
  required: ['causes'],
  additionalProperties: false,
};

export const refineSchema: JsonSchema = {
  type: 'object',
  properties: { instruction: { type: 'string' } },
  required: ['instruction'],
  additionalProperties: false,
};

const caseText = (c: Case, right: boolean): string =>
  fence(
    right ? 'right' : 'wrong',
    `Input: ${c.input}\nThe assistant wrote: ${c.output}\n${
      'unmet' in c
        ? c.unmet.length > 0
          ? `Not met:\n${c.unmet.map((u) => `- ${u}`).join('\n')}`
          : 'All that was wanted is there.'
        : `Read as its answer: ${c.read ?? 'nothing that could be read'}${right ? '' : `\nRight answer: ${c.right}`}`
    }`,
  );

export function critiquePrompt(o: {
  instruction: string;
  description: string;
  wrong: readonly Case[];
  right: readonly Case[];
  declined: readonly string[];
}): string {
  return [
    'An assistant followed this instruction:',
    fence('instruction', o.instruction),
    ...(o.description ? [fence('task', o.description)] : []),
    ...(o.wrong.length > 0 ? ['On these inputs its answer was wrong:', ...o.wrong.map((c) => caseText(c, false))] : []),
    ...(o.right.length > 0
      ? [o.wrong.length > 0 ? 'On this one it was right:' : 'On these inputs it was right:', ...o.right.map((c) => caseText(c, true))]
      : []),
    ...(o.declined.length > 0 ? ['These changes were tried and did not help:', ...o.declined.map((d) => `- ${d}`)] : []),
    o.wrong.length > 0
      ? 'Name up to three causes of the wrong answers that a better instruction could remove. Speak of the way of working, not of these inputs.'
      : 'Name up to three things in the instruction that make it work and that could be said more clearly.',
    'Reply as a JSON object whose key "causes" holds them as an array of strings, each a whole sentence.',
  ].join('\n');
}

export function refinePrompt(o: { cause: string; variables: readonly string[]; words: number }): string {
  return [
    'Make one small change to the instruction that removes this cause:',
    fence('cause', o.cause),
    'Keep all the rest as it is. Name no input and no answer from above.',
    `At most ${o.words} words.${o.variables.length > 0 ? ` Keep these placeholders exactly as they are: ${o.variables.map((v) => `{{${v}}}`).join(' ')}` : ''}`,
    'Reply as a JSON object whose key "instruction" holds the instruction from its first to its last word, with the change made.',
  ].join('\n');
}
