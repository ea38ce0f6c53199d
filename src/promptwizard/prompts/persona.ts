import type { JsonSchema } from '../llm.ts';
import { fence } from './fence.ts';

export const personaSchema: JsonSchema = {
  type: 'object',
  properties: { persona: { type: 'string' } },
  required: ['persona'],
  additionalProperties: false,
};

export const keywordsSchema: JsonSchema = {
  type: 'object',
  properties: { keywords: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 6 } },
  required: ['keywords'],
  additionalProperties: false,
};

export const personaPrompt = (instruction: string, description: string): string =>
  [
    'Somebody will carry out this instruction:',
    fence('instruction', instruction),
    ...(description ? [fence('task', description)] : []),
    'Who would do it best? Describe that expert in one or two sentences that begin with "You are", with the skill and the habits that matter here. No name, no company, no question.',
    'Reply as a JSON object whose key "persona" holds the description.',
  ].join('\n');

export const keywordsPrompt = (instruction: string, description: string): string =>
  [
    'What does this instruction ask for at its heart?',
    fence('instruction', instruction),
    ...(description ? [fence('task', description)] : []),
    'Give up to six keywords for the skill and the intent behind it, not for any single input.',
    'Reply as a JSON object whose key "keywords" holds them as an array of strings.',
  ].join('\n');
