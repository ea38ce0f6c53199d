/** What the package will find: its three scopes of the Cache API, read and cleared without opening the package. */
import { EngineError } from '../errors.ts';
import { CONFIG_FILE, fileUrl, MANIFEST_FILE } from './addresses.ts';
import type { MlcChatConfig } from './package.ts';
import { removePieces } from './pieces.ts';
import { recordOf, type ModelRecord, type WebLlmRef } from './records.ts';

export const SCOPES = { config: 'webllm/config', library: 'webllm/wasm', model: 'webllm/model' } as const;
export type Scope = keyof typeof SCOPES;

export interface Shard {
  name: string;
  url: string;
  bytes: number;
  /** Hexadecimal, where the list has it. */
  md5?: string;
}

/** @throws EngineError `no-space` where the browser keeps no files (some private windows) */
export async function openScope(scope: Scope): Promise<Cache> {
  try {
    return await caches.open(SCOPES[scope]);
  } catch (cause) {
    throw new EngineError(
      'no-space',
      'This browser window keeps no files, so there is no place for a model. Open the page in a normal window.',
      { cause },
    );
  }
}

/** @throws EngineError `not-a-model` for a list of files that is not one */
export function readManifest(json: unknown, folder: string): Shard[] {
  const records = (json as { records?: unknown } | null)?.records;
  if (!Array.isArray(records) || records.length === 0) throw notAManifest();
  return records.map((record: { dataPath?: unknown; nbytes?: unknown; md5sum?: unknown } | null) => {
    const { dataPath, nbytes, md5sum } = record ?? {};
    if (typeof dataPath !== 'string' || typeof nbytes !== 'number' || !Number.isSafeInteger(nbytes) || nbytes <= 0) throw notAManifest();
    const shard: Shard = { name: dataPath, url: fileUrl(folder, dataPath), bytes: nbytes };
    return typeof md5sum === 'string' && /^[0-9a-f]{32}$/i.test(md5sum) ? { ...shard, md5: md5sum.toLowerCase() } : shard;
  });
}
const notAManifest = () =>
  new EngineError('not-a-model', `The model’s list of files (${MANIFEST_FILE}) can’t be read. Check the address of the weights.`);

/** The one tokenizer file that the package will ask for. @throws EngineError `not-a-model` */
export function tokenizerFile(config: MlcChatConfig): string {
  const files = Array.isArray(config?.tokenizer_files) ? config.tokenizer_files : [];
  const found = ['tokenizer.json', 'tokenizer.model'].find((name) => files.includes(name));
  if (!found)
    throw new EngineError(
      'not-a-model',
      `The model’s description (${CONFIG_FILE}) names no tokenizer that can be read. Check the address of the weights.`,
    );
  return found;
}

export interface ModelFiles {
  config: MlcChatConfig;
  shards: Shard[];
}

/** The description and the list of files, when both are cached and readable. */
export async function cachedFiles(record: ModelRecord): Promise<ModelFiles | null> {
  const config = await (await openScope('config')).match(fileUrl(record.model, CONFIG_FILE));
  const manifest = await (await openScope('model')).match(fileUrl(record.model, MANIFEST_FILE));
  if (!config || !manifest) return null;
  try {
    return { config: (await config.json()) as MlcChatConfig, shards: readManifest(await manifest.json(), record.model) };
  } catch {
    return null;
  }
}

/** True when a load needs no network. */
export async function here(ref: WebLlmRef): Promise<boolean> {
  try {
    const { record } = recordOf(ref);
    const files = await cachedFiles(record);
    if (!files || !(await (await openScope('library')).match(record.model_lib))) return false;
    // One listing instead of a question per shard: that is how the package asks, too.
    const keys = new Set((await (await openScope('model')).keys()).map((request) => request.url));
    return keys.has(fileUrl(record.model, tokenizerFile(files.config))) && files.shards.every((shard) => keys.has(shard.url));
  } catch {
    return false;
  }
}

/** A folder of a server that puts the version of its files into the address: the part before the version. */
const VERSIONED = /^(.+\/resolve\/v-)[0-9a-f]{8}\//;

/** Removes the versions that lay at a model's place before: nothing on offer leads to them any more. Does nothing elsewhere. */
export async function removeFormer(record: ModelRecord): Promise<void> {
  const place = VERSIONED.exec(record.model)?.[1];
  if (place === undefined) return;
  for (const scope of ['config', 'model', 'library'] as const) {
    const cache = await openScope(scope);
    const former = (await cache.keys()).filter(
      ({ url }) => url.startsWith(place) && !url.startsWith(record.model) && url !== record.model_lib,
    );
    for (const request of former) await cache.delete(request);
  }
}

/** Removes all of a model, half-downloaded ones too. The package's own function forgets the list of files. */
export async function remove(ref: WebLlmRef): Promise<void> {
  const { record } = recordOf(ref);
  for (const scope of ['config', 'model'] as const) {
    const cache = await openScope(scope);
    for (const request of await cache.keys()) if (request.url.startsWith(record.model)) await cache.delete(request);
  }
  await (await openScope('library')).delete(record.model_lib);
  await removePieces(record.model);
  // Pieces of a plain mirror are kept under the address they came from.
  if ('weightsUrl' in ref) await removePieces(ref.weightsUrl);
}
