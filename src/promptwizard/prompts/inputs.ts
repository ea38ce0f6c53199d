import type { JsonSchema } from '../llm.ts';
import { fence } from './fence.ts';

/** The name under which a prompt without variables gets its input. */
export const INPUT = 'input';

export const inputsSchema = (variables: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: {
    inputs: {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(variables.map((name) => [name, { type: 'string' as const }])),
        required: [...variables],
        additionalProperties: false,
      },
      minItems: 1,
      maxItems: 3,
    },
  },
  required: ['inputs'],
  additionalProperties: false,
});

/** Inputs alone, for open tasks: there is no right answer to ask for. */
export function inputsPrompt(o: {
  instruction: string;
  description: string;
  subjects: readonly string[];
  variables: readonly string[];
}): string {
  const names = o.variables.map((v) => `"${v}"`).join(', ');
  return [
    'An assistant will be given this instruction, each time together with another input:',
    fence('instruction', o.instruction),
    ...(o.description ? [fence('task', o.description)] : []),
    `Invent three such inputs, about ${o.subjects.join(', ')}. Each is what a real person would hand in: two to four sentences with names, facts and circumstances. Do not do what the instruction says.`,
    `Reply as a JSON object whose key "inputs" holds the three as an array of objects, each with ${names}.`,
  ].join('\n');
}
