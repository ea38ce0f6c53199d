import type { JsonSchema } from '../llm.ts';
import { fence } from './fence.ts';

export const ANSWER_KINDS = ['number', 'choice', 'label', 'short text', 'JSON', 'free text'] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

export const CRITERIA = { least: 4, most: 8 } as const;

/** @param criteria whether a checklist is asked for too: for tasks that come without right answers */
export const understandSchema = (criteria: boolean): JsonSchema => ({
  type: 'object',
  properties: {
    kind: { type: 'string', enum: [...ANSWER_KINDS] },
    labels: { type: 'array', items: { type: 'string' }, maxItems: 12 },
    answer_format: { type: 'string' },
    task: { type: 'string' },
    ...(criteria ? { criteria: { type: 'array', items: { type: 'string' }, minItems: CRITERIA.least, maxItems: CRITERIA.most } } : {}),
  },
  required: criteria ? ['kind', 'task', 'criteria'] : ['kind', 'task'],
  additionalProperties: false,
});

export function understandPrompt(prompt: string, samples: readonly string[], criteria: boolean): string {
  return [
    'Below is an instruction that somebody gives to an assistant again and again, each time with another input.',
    fence('instruction', prompt),
    ...(samples.length > 0 ? ['Some of the inputs and the answers that were right for them:', fence('samples', samples.join('\n\n'))] : []),
    'Do not carry out the instruction. Describe the task as JSON:',
    '"kind": what a right answer is: one of ' +
      ANSWER_KINDS.map((k) => `"${k}"`).join(', ') +
      '. "choice" means a letter of listed options, "label" one of a few fixed words, "free text" anything that is written, planned or summarised and can be good in many ways.',
    '"labels": the fixed words, only for "label".',
    '"answer_format": how the final answer should look, in a few words, or an empty text when the instruction says it.',
    '"task": one or two sentences that say what has to be done, true for every input and not only for the samples.',
    ...(criteria
      ? [
          '"criteria": six yes-or-no questions that tell a good reply from a poor one, whatever the input. Each looks at one thing that can be seen in the reply: what it must contain, how it is built, its tone, its length. A yes always means good.',
        ]
      : []),
  ].join('\n');
}
