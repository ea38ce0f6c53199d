/** What is sent for a call, as far as this server takes it. */
import type { GenRequest } from '../engine.ts';
import { lettersGrammar } from '../letters.ts';
import { lettersTokens } from './letters.ts';
import type { ServedModel } from './served.ts';

/** Fields that not every server knows, in the order in which they are given up when it does not say which it means. */
const OPTIONAL = [
  'response_format',
  'grammar',
  'logprobs',
  'stream_options',
  'reasoning_effort',
  'chat_template_kwargs',
  'cache_prompt',
  'seed',
] as const;
export type Optional = (typeof OPTIONAL)[number];

const TOP = 10;
/** llama.cpp tells the chances from before the grammar, where a letter may come far behind. */
const TOP_OF_LLAMA_CPP = 100;

export function bodyOf(request: GenRequest, model: ServedModel, without: ReadonlySet<Optional>): Record<string, unknown> {
  const { messages, maxTokens, temperature, seed, schema, letters } = request;
  const llamaCpp = model.software === 'llama.cpp';
  const optional: Partial<Record<Optional, unknown>> = {
    seed,
    stream_options: { include_usage: true },
    ...(letters ? { logprobs: true } : {}),
    ...(schema && !letters ? { response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } } } : {}),
    ...(llamaCpp ? { cache_prompt: true } : {}),
    // Without them models such as Qwen3 think until their tokens are spent. Ollama has a name of its own for it.
    ...(llamaCpp || model.software === 'vLLM' ? { chat_template_kwargs: { enable_thinking: false } } : {}),
    ...(model.software === 'Ollama' ? { reasoning_effort: 'none' } : {}),
    ...(llamaCpp && letters ? { grammar: lettersGrammar(letters) } : {}),
  };
  for (const field of without) delete optional[field];
  const top = optional.logprobs ? { top_logprobs: llamaCpp ? TOP_OF_LLAMA_CPP : TOP } : {};
  const most = letters && optional.grammar ? Math.max(maxTokens, lettersTokens(letters.count)) : maxTokens;
  return { model: model.name, messages, max_tokens: most, temperature, stream: true, ...optional, ...top };
}

/** The fields of a body that a server's words speak of. */
export const fieldsNamed = (body: Record<string, unknown>, words: string): Optional[] =>
  sentIn(body).filter((field) => words.includes(field) || (field === 'response_format' && /json_?schema|grammar/i.test(words)));

const sentIn = (body: Record<string, unknown>): Optional[] => OPTIONAL.filter((field) => field in body);

/** What to leave out of a body that was rejected: the fields that the server names, else the next in order; none when nothing is left. */
export function giveUp(body: Record<string, unknown>, words: string): Optional[] {
  const sent = sentIn(body);
  const named = fieldsNamed(body, words);
  return named.length > 0 ? named : sent.slice(0, 1);
}
