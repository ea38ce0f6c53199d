/** Which model of the server, and what is known about it. */
import { noInterface, unknownModel } from './errors.ts';
import { readJson, send, type Server } from './send.ts';

export interface ServedModel {
  /** As the server names it. */
  name: string;
  /** Tokens, prompt and reply together. */
  contextSize: number;
  /** llama.cpp's server: it takes grammars of its own. */
  llamaCpp: boolean;
}

/** Where the server does not tell. */
const USUAL_CONTEXT = 4096;

interface Listed {
  id: string;
  owned_by?: string;
  /** vLLM. */
  max_model_len?: number;
}

/** @param wanted the server's own name for it; without it the first that it lists */
export async function servedModel(server: Server, wanted: string | undefined, signal: AbortSignal): Promise<ServedModel> {
  const answer = (await readJson(await send(server, '/models', undefined, { signal }), server.base)) as { data?: unknown } | null;
  if (!Array.isArray(answer?.data)) throw noInterface(server.base, 'It lists no models.');
  const listed = answer.data as Listed[];
  const found = wanted === undefined ? listed[0] : listed.find(({ id }) => id === wanted);
  const llamaCpp = listed.some(({ owned_by }) => owned_by === 'llamacpp');
  // llama.cpp answers with the one model it has, whatever it is called.
  if (!found && !(llamaCpp && wanted !== undefined)) throw unknownModel(server.base, wanted);
  const contextSize = found?.max_model_len ?? (llamaCpp ? await slotSize(server, signal) : null) ?? USUAL_CONTEXT;
  return { name: found?.id ?? wanted ?? '', contextSize, llamaCpp };
}

/** llama.cpp shares its context out to slots; a call has one of them. */
async function slotSize(server: Server, signal: AbortSignal): Promise<number | null> {
  const root = { ...server, base: server.base.replace(/\/v1$/, '') };
  try {
    const props = (await (await send(root, '/props', undefined, { signal })).json()) as {
      default_generation_settings?: { n_ctx?: unknown };
    };
    const size = props.default_generation_settings?.n_ctx;
    return typeof size === 'number' && size > 0 ? size : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}
