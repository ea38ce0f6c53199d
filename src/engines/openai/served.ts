/** Which models a server has, and what is known about one and about the server. */
import type { ServerListing } from '../engine.ts';
import { noInterface, unknownModel } from './errors.ts';
import { readJson, send, type Server } from './send.ts';

export type Software = 'llama.cpp' | 'Ollama' | 'vLLM';

export interface ServedModel {
  /** As the server names it. */
  name: string;
  /** Tokens, prompt and reply together. */
  contextSize: number;
  /** null: one that is not known by its list. */
  software: Software | null;
  /** Calls that it takes side by side. */
  parallel: number;
}

/** Where the server does not tell. */
const USUAL_CONTEXT = 4096;
/** vLLM puts calls together in batches; more than this at once would mostly be asked for nothing. */
const VLLM_CALLS = 8;
const MOST_CALLS = 32;

/** @throws EngineError, the signal's reason */
export async function listServed(server: Server, signal: AbortSignal): Promise<ServerListing & { software: Software | null }> {
  const answer = (await readJson(await send(server, '/models', undefined, { signal }), server.base)) as { data?: unknown } | null;
  if (!Array.isArray(answer?.data)) throw noInterface(server.base, 'It lists no models.');
  const listed = answer.data.flatMap(readLine);
  const software = listed.find((model) => model.software)?.software ?? null;
  const slots = software === 'llama.cpp' ? await slotsOf(server, signal) : { size: null, count: null };
  return {
    url: server.base,
    software,
    models: listed.map(({ name, contextSize }) => ({ name, contextSize: contextSize ?? slots.size })),
    parallel: software === 'vLLM' ? VLLM_CALLS : slots.count,
  };
}

/** @param ref `model`: the server's own name for it; without it the first that it lists */
export async function servedModel(
  server: Server,
  { model: wanted, parallel, contextSize }: { model?: string; parallel?: number; contextSize?: number },
  signal: AbortSignal,
): Promise<ServedModel> {
  const listing = await listServed(server, signal);
  const { models, software } = listing;
  const found = wanted === undefined ? models[0] : models.find(({ name }) => name === wanted);
  // llama.cpp answers with the one model it has, whatever it is called.
  if (!found && !(software === 'llama.cpp' && wanted !== undefined)) throw unknownModel(server.base, wanted);
  const calls = positive(parallel) ?? listing.parallel ?? 1;
  return {
    name: found?.name ?? wanted ?? '',
    contextSize: positive(contextSize) ?? (found ?? models[0])?.contextSize ?? USUAL_CONTEXT,
    software,
    parallel: Math.min(MOST_CALLS, Math.max(1, Math.floor(calls))),
  };
}

interface Line {
  name: string;
  contextSize: number | null;
  software: Software | null;
}

const OWNERS: Readonly<Record<string, Software>> = { llamacpp: 'llama.cpp', library: 'Ollama', vllm: 'vLLM' };

/** A line without a name is none. */
function readLine(line: unknown): Line[] {
  const { id, owned_by, max_model_len } = (line ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || id === '') return [];
  const software = typeof owned_by === 'string' && Object.hasOwn(OWNERS, owned_by) ? OWNERS[owned_by]! : null;
  return [{ name: id, contextSize: positive(max_model_len), software }];
}

/** llama.cpp shares its context out to slots; a call has one of them. */
async function slotsOf(server: Server, signal: AbortSignal): Promise<{ size: number | null; count: number | null }> {
  const root = { ...server, base: server.base.replace(/\/v1$/, '') };
  try {
    const props = (await (await send(root, '/props', undefined, { signal })).json()) as {
      default_generation_settings?: { n_ctx?: unknown };
      total_slots?: unknown;
    } | null;
    return { size: positive(props?.default_generation_settings?.n_ctx), count: positive(props?.total_slots) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { size: null, count: null };
  }
}

const positive = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 1 ? value : null);
