/**
 * The part of `@mlc-ai/web-llm` 0.2.86 that this engine relies on, as types of our own, so that a test double can stand in.
 * `tests/engines/webllm/bundle.test.ts` reads the installed package and fails when one of these facts changes.
 */
import type { ModelRecord } from './records.ts';

export interface MlcConversationTemplate {
  role_templates?: Partial<Record<'user' | 'assistant' | 'tool', string>>;
}

/** `mlc-chat-config.json`, the fields that are read here. */
export interface MlcChatConfig {
  tokenizer_files: string[];
  context_window_size?: number;
  sliding_window_size?: number;
  conv_template?: MlcConversationTemplate;
}

export interface MlcMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface MlcRequest {
  messages: MlcMessage[];
  stream: true;
  stream_options: { include_usage: true };
  max_tokens: number;
  temperature: number;
  seed: number;
  /** `schema` is a JSON string; an object, or none at all, throws. `grammar` is EBNF with the rule `root`. */
  response_format?: { type: 'json_object'; schema: string } | { type: 'grammar'; grammar: string };
  /** Of the tokens that the grammar allows, after temperature and penalties; none unless `top_logprobs` is 1 to 5. */
  logprobs?: boolean;
  top_logprobs?: number;
  /** Without them the model's own, as its makers set them. */
  repetition_penalty?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  extra_body?: { enable_thinking: boolean };
}

export interface MlcUsage {
  prompt_tokens: number;
  completion_tokens: number;
  extra?: { prefill_tokens_per_s?: number; decode_tokens_per_s?: number };
}

/** Natural logarithms; of what has no chance, minus infinity. */
export interface MlcTokenLogprob {
  token: string;
  logprob: number;
  top_logprobs: { token: string; logprob: number }[];
}

export interface MlcChunk {
  choices: { delta?: { content?: string | null }; finish_reason?: string | null; logprobs?: { content: MlcTokenLogprob[] } | null }[];
  usage?: MlcUsage | null;
}

export interface MlcProgress {
  /** 0 to 1, and back to 0 in each phase. */
  progress: number;
  text: string;
}

export interface MlcEngine {
  reload(modelId: string): Promise<void>;
  unload(): Promise<void>;
  resetChat(): Promise<void>;
  chatCompletion(request: MlcRequest): Promise<AsyncIterable<MlcChunk>>;
  interruptGenerate(): void | Promise<void>;
  getMessage(): Promise<string>;
}

export interface MlcPackage {
  MLCEngine: new (config: {
    appConfig: { model_list: ModelRecord[]; cacheBackend: 'cache' };
    initProgressCallback: (report: MlcProgress) => void;
    logLevel: 'SILENT';
  }) => MlcEngine;
}

/** Six megabytes of JavaScript: fetched only when a model is loaded. */
export const openPackage = async (): Promise<MlcPackage> => (await import('@mlc-ai/web-llm')) as unknown as MlcPackage;

export interface MlcTokenizer {
  encode(text: string): { length: number };
}

/** The loaded model's own tokenizer. Private in the package, so its absence is not an error. */
export function tokenizerOf(engine: MlcEngine, modelId: string): MlcTokenizer | null {
  const pipelines = (engine as { loadedModelIdToPipeline?: unknown }).loadedModelIdToPipeline;
  const pipeline = pipelines instanceof Map ? (pipelines.get(modelId) as { tokenizer?: MlcTokenizer } | undefined) : undefined;
  return typeof pipeline?.tokenizer?.encode === 'function' ? pipeline.tokenizer : null;
}
