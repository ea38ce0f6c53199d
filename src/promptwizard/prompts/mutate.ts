import type { JsonSchema } from '../llm.ts';
import type { Style } from '../styles.ts';
import { fence } from './fence.ts';

export const mutateSchema = (variants: number): JsonSchema => ({
  type: 'object',
  properties: { variants: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: variants } },
  required: ['variants'],
  additionalProperties: false,
});

/** No row is ever shown in this call: small models write its content into the instruction. */
export function mutatePrompt(o: {
  instruction: string;
  description: string;
  styles: readonly Style[];
  variants: number;
  variables: readonly string[];
  words: number;
  /** Open tasks: what a good reply is known by. */
  criteria?: readonly string[];
}): string {
  const open = o.criteria !== undefined;
  return [
    open
      ? 'You improve instructions for writing. An assistant gets the instruction below together with one input at a time and should write better replies.'
      : 'You improve instructions. An assistant gets the instruction below together with one input at a time and should answer right more often.',
    fence('instruction', o.instruction),
    ...(o.description ? ['What the task is:', fence('task', o.description)] : []),
    `Write ${o.variants} new versions of the instruction, each built on one of these ideas:`,
    ...o.styles.map((s) => `- ${s.title}`),
    ...(o.criteria && o.criteria.length > 0
      ? ['A good reply is one for which the answer to these is yes:', ...o.criteria.map((c) => `- ${c}`)]
      : []),
    open
      ? 'Each version is a full instruction, as a command to the assistant: for whom the reply is, what it must contain and in which order, its tone, its length, and what to leave out. It stands alone without this text.'
      : 'Each version says how to go about the task, in its own words, as a command to the assistant, and stands alone without this text.',
    `At most ${o.words} words each. No example inputs, no answers, no question back.`,
    ...(o.variables.length > 0 ? [`Keep these placeholders exactly as they are: ${o.variables.map((v) => `{{${v}}}`).join(' ')}`] : []),
    'Reply as a JSON object whose key "variants" holds the versions as an array of strings.',
  ].join('\n');
}
