import type { JsonSchema } from '../llm.ts';
import { fence } from './fence.ts';

export const ROW_SUBJECTS = [
  'a kitchen', 'a school day', 'a train journey', 'a small shop', 'a garden', 'a hospital ward', 'a football match', 'a library',
  'a building site', 'a farm', 'a birthday party', 'an office', 'a museum', 'a harbour', 'a concert', 'a bakery',
  'a camping trip', 'a workshop', 'a post office', 'a film set', 'a swimming pool', 'a flat to let', 'a market stall', 'a laboratory',
] as const; // prettier-ignore

export const rowsSchema = (variables: readonly string[]): JsonSchema => {
  const item: Record<string, JsonSchema> = { facts: { type: 'string' } };
  for (const name of variables) item[name] = { type: 'string' };
  item.working = { type: 'string' };
  item.answer = { type: 'string' };
  return {
    type: 'object',
    properties: {
      rows: {
        type: 'array',
        items: { type: 'object', properties: item, required: Object.keys(item), additionalProperties: false },
        minItems: 1,
        maxItems: 3,
      },
    },
    required: ['rows'],
    additionalProperties: false,
  };
};

export function rowsPrompt(o: {
  instruction: string;
  description: string;
  answerFormat: string;
  subjects: readonly string[];
  variables: readonly string[];
}): string {
  const inputs = o.variables.map((v) => `"${v}"`).join(', ');
  return [
    'An assistant gets this instruction with one input at a time:',
    fence('instruction', o.instruction),
    ...(o.description ? [fence('task', o.description)] : []),
    `Invent three inputs for it, none of them easy, about ${o.subjects.join(', ')}.`,
    `For each give: "facts": what the case is about; ${inputs}: the complete input, as a person would write it${o.variables.includes('question') ? ', ending in its question' : ''}; "working": the way to the answer, step by step; "answer": the right answer alone${o.answerFormat ? `, as ${o.answerFormat}` : ''}.`,
    'Reply as a JSON object whose key "rows" holds the three as an array of objects.',
  ].join('\n');
}
