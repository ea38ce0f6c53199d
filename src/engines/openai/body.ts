/** What is sent for a call, as far as this server takes it. */
import type { GenRequest } from '../engine.ts';
import { lettersGrammar } from '../letters.ts';
import { lettersTokens } from './letters.ts';
import type { ServedModel } from './served.ts';

/** Fields that not every server knows, in the order in which they are given up when it does not say which it means. */
const OPTIONAL = ['response_format', 'grammar', 'logprobs', 'stream_options', 'chat_template_kwargs', 'cache_prompt', 'seed'] as const;
export type Optional = (typeof OPTIONAL)[number];

const TOP = 10;
/** llama.cpp tells the chances from before the grammar, where a letter may come far behind. */
const TOP_OF_LLAMA_CPP = 100;

export function bodyOf(request: GenRequest, model: ServedModel, without: ReadonlySet<Optional>): Record<string, unknown> {
  const { messages, maxTokens, temperature, seed, schema, letters } = request;
  const optional: Partial<Record<Optional, unknown>> = {
    seed,
    stream_options: { include_usage: true },
    ...(letters ? { logprobs: true } : {}),
    ...(schema && !letters ? { response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } } } : {}),
    ...(model.llamaCpp ? { cache_prompt: true, chat_template_kwargs: { enable_thinking: false } } : {}),
    ...(model.llamaCpp && letters ? { grammar: lettersGrammar(letters) } : {}),
  };
  for (const field of without) delete optional[field];
  const top = optional.logprobs ? { top_logprobs: model.llamaCpp ? TOP_OF_LLAMA_CPP : TOP } : {};
  const most = letters && optional.grammar ? Math.max(maxTokens, lettersTokens(letters.count)) : maxTokens;
  return { model: model.name, messages, max_tokens: most, temperature, stream: true, ...optional, ...top };
}

/** What to leave out of a body that was rejected: the fields that the server names, else the next in order; none when nothing is left. */
export function giveUp(body: Record<string, unknown>, words: string): Optional[] {
  const sent = OPTIONAL.filter((field) => field in body);
  const named = sent.filter((field) => words.includes(field) || (field === 'response_format' && /json_?schema|grammar/i.test(words)));
  return named.length > 0 ? named : sent.slice(0, 1);
}
