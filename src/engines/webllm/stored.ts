/** What lies of MLC models in the Cache API: listed, checked against the model's own list of files, read out, removed. */
import { EngineError } from '../errors.ts';
import { md5Of } from '../md5.ts';
import type { CheckReport, OnBytes, ReadableFile, StoredFile, StoredModel } from '../stored.ts';
import { CONFIG_FILE, fileUrl, MANIFEST_FILE } from './addresses.ts';
import { cachedFiles, openScope, SCOPES, tokenizerFile, type Scope } from './cache.ts';
import { piecesHere, removePieces } from './pieces.ts';
import { recordOf, type ModelRecord, type WebLlmRef } from './records.ts';

interface Entry {
  scope: Scope;
  url: string;
  bytes: number;
}

/** Everything that is there, models of `refs` by their own name. Nothing where the browser keeps no files. */
export async function listStored(refs: readonly WebLlmRef[]): Promise<StoredModel[]> {
  const entries = (await Promise.all((Object.keys(SCOPES) as Scope[]).map(entriesOf))).flat();
  const pieces = await piecesHere().catch((): Awaited<ReturnType<typeof piecesHere>> => []);
  const claimed = new Set<Entry>();
  const models: StoredModel[] = [];
  for (const { ref, record } of readable(refs)) {
    const mine = entries.filter(({ scope, url }) => (scope === 'library' ? url === record.model_lib : url.startsWith(record.model)));
    const parts = pieces.filter(({ url }) => url.startsWith(record.model) || ('weightsUrl' in ref && url.startsWith(ref.weightsUrl)));
    // The library alone, or a few bytes of a description, are no model yet, but they do take room.
    if (mine.length + parts.length === 0) continue;
    mine.forEach((entry) => claimed.add(entry));
    parts.forEach((part) => pieces.splice(pieces.indexOf(part), 1));
    const files = [
      ...mine.map((entry) => ({ name: nameIn(record.model, entry), bytes: entry.bytes })),
      ...parts.map(({ url, bytes }) => ({ name: `${lastPart(url)} (a part)`, bytes })),
    ];
    models.push(stored('mlc', ref, record.model, ref.title ?? ref.id, files));
  }
  const left = entries.filter((entry) => !claimed.has(entry));
  const folders = new Map<string, Entry[]>();
  for (const entry of left)
    if (entry.scope !== 'library') folders.set(folderOf(entry.url), [...(folders.get(folderOf(entry.url)) ?? []), entry]);
  for (const [folder, some] of folders) {
    const files = some.map((entry) => ({ name: nameIn(folder, entry), bytes: entry.bytes }));
    models.push(stored('mlc', null, folder, nameOfFolder(folder), files));
  }
  for (const { scope, url, bytes } of left)
    if (scope === 'library') models.push(stored('library', null, url, lastPart(url), [{ name: lastPart(url), bytes }]));
  for (const { url, bytes } of pieces) models.push(stored('part', null, url, lastPart(url), [{ name: lastPart(url), bytes }]));
  return models;
}

const stored = (kind: StoredModel['kind'], ref: WebLlmRef | null, place: string, title: string, files: StoredFile[]): StoredModel => ({
  kind,
  ref,
  place,
  title,
  files,
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
});

/** Removes what no known model claims. `place` as listed. */
export async function removePlace(kind: StoredModel['kind'], place: string): Promise<void> {
  if (kind === 'part') return removePieces(place);
  if (kind === 'library') return void (await (await openScope('library')).delete(place));
  for (const scope of ['config', 'model'] as const) {
    const cache = await openScope(scope);
    for (const request of await cache.keys()) if (folderOf(request.url) === place) await cache.delete(request);
  }
}

/**
 * Holds every file against the model's own list: its size and, where the list has one, its hash.
 * @throws the signal's reason
 */
export async function checkStored(ref: WebLlmRef, onBytes: OnBytes, signal: AbortSignal): Promise<CheckReport> {
  const { record } = recordOf(ref);
  const files = await cachedFiles(record);
  if (!files) {
    const faults = [`${CONFIG_FILE} or ${MANIFEST_FILE} is missing or cannot be read, so the other files cannot be checked.`];
    return { files: 0, bytes: 0, by: 'sizes', faults };
  }
  const faults: string[] = [];
  const models = await openScope('model');
  const total = files.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { name, url, bytes, md5 } of files.shards) {
    signal.throwIfAborted();
    const blob = await (await models.match(url))?.blob();
    if (!blob) faults.push(`${name} is missing.`);
    else if (blob.size !== bytes) faults.push(`${name} has ${blob.size} bytes instead of ${bytes}.`);
    else if (md5 && (await md5Of(blob, (n) => onBytes((done += n), total), signal)) !== md5)
      faults.push(`${name} has other bytes than its list says.`);
    else if (!md5) onBytes((done += bytes), total);
  }
  const tokenizer = tokenizerFile(files.config);
  const found = await models.match(fileUrl(record.model, tokenizer));
  if (!found) faults.push(`${tokenizer} is missing.`);
  else if (tokenizer.endsWith('.json') && !(await isJson(found))) faults.push(`${tokenizer} cannot be read.`);
  const library = await (await openScope('library')).match(record.model_lib);
  if (!library) faults.push('The model’s library (WebAssembly) is missing.');
  else if (!WebAssembly.validate(await library.arrayBuffer())) faults.push('The model’s library is not WebAssembly.');
  const by = files.shards.every(({ md5 }) => md5) ? 'hashes' : 'sizes';
  return { files: files.shards.length + 4, bytes: total, by, faults };
}

const isJson = (response: Response): Promise<boolean> =>
  response.json().then(
    () => true,
    () => false,
  );

/**
 * The files of a whole model, as a folder would hold them.
 * @throws EngineError `not-a-model` naming what is missing
 */
export async function readStored(ref: WebLlmRef): Promise<ReadableFile[]> {
  const { record } = recordOf(ref);
  const files = await cachedFiles(record);
  if (!files) throw incomplete(CONFIG_FILE);
  const read = async (scope: Scope, url: string, name: string): Promise<ReadableFile> => {
    const cache = await openScope(scope);
    const bytes = await sizeOf(cache, url);
    if (bytes === null) throw incomplete(name);
    const open = async () => {
      const found = await cache.match(url);
      if (!found) throw incomplete(name);
      return found.blob();
    };
    return { name, bytes, open };
  };
  const inFolder = (name: string) => read('model', fileUrl(record.model, name), name);
  return Promise.all([
    read('config', fileUrl(record.model, CONFIG_FILE), CONFIG_FILE),
    inFolder(MANIFEST_FILE),
    inFolder(tokenizerFile(files.config)),
    read('library', record.model_lib, lastPart(record.model_lib)),
    ...files.shards.map(({ name }) => inFolder(name)),
  ]);
}

const incomplete = (name: string): EngineError =>
  new EngineError('not-a-model', `${name} is not on this machine, so there is no whole model to export. Load it once, then export it.`);

async function entriesOf(scope: Scope): Promise<Entry[]> {
  const cache = await caches.open(SCOPES[scope]).catch(() => null);
  if (!cache) return [];
  return Promise.all(
    (await cache.keys()).map(async (request) => ({ scope, url: request.url, bytes: (await sizeOf(cache, request)) ?? 0 })),
  );
}

/** Null: not here. The package's own entries may name no size. */
async function sizeOf(cache: Cache, request: Request | string): Promise<number | null> {
  const response = await cache.match(request);
  if (!response) return null;
  const length = Number(response.headers.get('content-length'));
  return length > 0 ? length : (await response.blob()).size;
}

function readable(refs: readonly WebLlmRef[]): { ref: WebLlmRef; record: ModelRecord }[] {
  return refs.flatMap((ref) => {
    try {
      return [{ ref, record: recordOf(ref).record }];
    } catch {
      return [];
    }
  });
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const lastPart = (url: string): string => decoded(new URL(url).pathname.split('/').pop() ?? '') || url;
const folderOf = (url: string): string => url.slice(0, url.lastIndexOf('/') + 1);
const nameIn = (folder: string, { scope, url }: Entry): string => (scope === 'library' ? lastPart(url) : decoded(url.slice(folder.length)));
/** Hubs put `resolve/main` behind the folder that names the model. */
const nameOfFolder = (folder: string): string => lastPart(folder.replace(/(\/resolve\/[^/]+)?\/$/, ''));
