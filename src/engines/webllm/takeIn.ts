/** Takes a model in MLC form in from files that the person gives. All is verified before the first byte counts. */
import { EngineError } from '../errors.ts';
import { md5Of } from '../md5.ts';
import { fileMark, markedId, textMark } from '../modelId.ts';
import type { OnBytes } from '../stored.ts';
import { CONFIG_FILE, fileUrl, MANIFEST_FILE } from './addresses.ts';
import { openScope, readManifest, tokenizerFile, type Scope, type Shard } from './cache.ts';
import { askForRoom, FROM } from './download.ts';
import { noSpaceOr } from './fetch-file.ts';
import type { MlcChatConfig } from './package.ts';
import { knownModel, recordOf, type WebLlmRef } from './records.ts';

/** Where the files of a folder are filed that came from no address. Nothing answers there (RFC 2606). */
export const IMPORTED = 'https://imported.invalid/';
/** Bytes of a description: real ones take less than a tenth. */
const MOST_TEXT = 2 ** 26;

/** The files of one model by their names in its folder. */
export type GivenFiles = ReadonlyMap<string, Blob>;

interface Verified {
  shards: Shard[];
  tokenizer: string;
  library: string | null;
}

/**
 * @param called what the folder is called, for messages and as a title
 * @param ref the model that these files are known to be; null: by the folder's name, or one of its own
 * @returns the model; loading it needs no network when the library was among the files
 * @throws EngineError `not-a-model`, `wrong-size`, `no-space`; then nothing was taken in
 */
export async function takeInMlc(
  files: GivenFiles,
  called: string,
  ref: WebLlmRef | null,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<WebLlmRef> {
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  const found = await verify(files, called, (done) => onBytes(done, 2 * bytes), signal);
  const target = ref ?? (knownModel(called) ? ({ engine: 'webllm', id: called } as const) : await ownRef(files, called, found));
  const { record } = recordOf(target);
  await askForRoom(bytes);
  let done = bytes;
  const put: { scope: Scope; url: string }[] = [];
  const store = async (scope: Scope, url: string, name: string) => {
    signal.throwIfAborted();
    const file = files.get(name)!;
    const headers = { 'Content-Length': String(file.size), 'Content-Type': 'application/octet-stream', [FROM]: url };
    const cache = await openScope(scope);
    // What was there stays there, whatever happens: it is only replaced by what was verified.
    if (!(await cache.match(url))) put.push({ scope, url });
    try {
      await cache.put(url, new Response(file, { headers }));
    } catch (thrown) {
      throw thrown instanceof EngineError ? thrown : noSpaceOr(thrown, { url, bytes: file.size, name });
    }
    onBytes((done += file.size), 2 * bytes);
  };
  try {
    for (const { name, url } of retold(found.shards, record.model)) await store('model', url, name);
    await store('model', fileUrl(record.model, found.tokenizer), found.tokenizer);
    if (found.library) await store('library', record.model_lib, found.library);
    // The list and the description last: without them the rest is no model.
    await store('model', fileUrl(record.model, MANIFEST_FILE), MANIFEST_FILE);
    await store('config', fileUrl(record.model, CONFIG_FILE), CONFIG_FILE);
    return target;
  } catch (thrown) {
    for (const { scope, url } of put) await (await openScope(scope)).delete(url);
    throw thrown;
  }
}

async function verify(files: GivenFiles, called: string, onBytes: (done: number) => void, signal: AbortSignal): Promise<Verified> {
  const missing = [CONFIG_FILE, MANIFEST_FILE].filter((name) => !files.has(name));
  if (missing.length > 0) throw lacks(called, missing);
  // Names that lead out of a folder are refused here.
  const shards = readManifest(await json(files, MANIFEST_FILE, called), `${IMPORTED}folder/`);
  const tokenizer = tokenizerFile((await json(files, CONFIG_FILE, called)) as MlcChatConfig);
  const absent = [...shards.map(({ name }) => name), tokenizer].filter((name) => !files.has(name));
  if (absent.length > 0) throw lacks(called, absent);
  if (tokenizer.endsWith('.json')) await json(files, tokenizer, called);
  let done = 0;
  for (const { name, bytes, md5 } of shards) {
    signal.throwIfAborted();
    const file = files.get(name)!;
    if (file.size !== bytes)
      throw new EngineError(
        'wrong-size',
        `${name} in ${called} has ${file.size} bytes and should have ${bytes}: it was not copied whole. Copy the folder again, then import it.`,
      );
    if (md5 && (await md5Of(file, (n) => onBytes((done += n)), signal)) !== md5)
      throw new EngineError(
        'wrong-size',
        `${name} in ${called} is damaged: its bytes are not those of the list. Copy the folder again, then import it.`,
      );
    if (!md5) onBytes((done += bytes));
  }
  const library = [...files.keys()].filter((name) => name.endsWith('.wasm')).sort()[0] ?? null;
  if (library !== null && !WebAssembly.validate(await files.get(library)!.arrayBuffer()))
    throw new EngineError(
      'not-a-model',
      `${library} in ${called} is not WebAssembly, so it cannot be the model’s library. Copy the folder again.`,
    );
  return { shards, tokenizer, library };
}

/** The list's names are the same wherever the folder is filed. */
const retold = (shards: readonly Shard[], folder: string): Shard[] =>
  shards.map((shard) => ({ ...shard, url: fileUrl(folder, shard.name) }));

/** A model that no catalogue lists: another one where any file is another. */
async function ownRef(files: GivenFiles, called: string, { library, shards }: Verified): Promise<WebLlmRef> {
  if (library === null)
    throw new EngineError(
      'not-a-model',
      `${called} has no library (.wasm), and it is no model that this page knows one for. Put the library that was compiled for it into the folder.`,
    );
  const parts = [library, CONFIG_FILE, MANIFEST_FILE, ...shards.map(({ name }) => name)];
  const mark = textMark((await Promise.all(parts.map((name) => fileMark(files.get(name)!)))).join(' '));
  const folder = `${IMPORTED}${mark}/${encodeURIComponent(called)}/`;
  return {
    engine: 'webllm',
    id: markedId(called, mark),
    weightsUrl: folder,
    libraryUrl: `${folder}${encodeURIComponent(library)}`,
    title: called,
  };
}

async function json(files: GivenFiles, name: string, called: string): Promise<unknown> {
  const file = files.get(name)!;
  try {
    if (file.size > MOST_TEXT) throw new RangeError('too large');
    return JSON.parse(await file.text()) as unknown;
  } catch (cause) {
    throw new EngineError(
      'not-a-model',
      `${name} in ${called} cannot be read, so this is not a model in MLC form. Choose another folder.`,
      {
        cause,
      },
    );
  }
}

function lacks(called: string, names: string[]): EngineError {
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return new EngineError(
    'not-a-model',
    `${called} is not a whole model: ${shown} ${names.length === 1 ? 'is' : 'are'} missing. Copy the folder again, then import it.`,
  );
}
