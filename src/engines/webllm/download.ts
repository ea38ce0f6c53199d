/**
 * Fills the package's caches, so that its `reload()` finds every file and asks the network for none. Does what the package's own
 * download does not: bytes and seconds left, retry, resume, sizes checked, room asked for first.
 */
import { EngineError } from '../errors.ts';
import type { LoadProgress } from '../engine.ts';
import { CONFIG_FILE, fileUrl, MANIFEST_FILE, weightsFolders } from './addresses.ts';
import { openScope, readManifest, removeFormer, tokenizerFile, type ModelFiles, type Scope, type Shard } from './cache.ts';
import { aborted } from './errors.ts';
import { fetchFile, netDefaults, noSpaceOr, webPage, type FileWanted, type NetOptions } from './fetch-file.ts';
import { ROOM_FACTOR } from './gates.ts';
import { createMeter } from './meter.ts';
import type { MlcChatConfig } from './package.ts';
import { recordOf, type WebLlmRef } from './records.ts';

const PARALLEL = 3;
const REPORT_MS = 250;
/** Where a cached file came from, so that a later visit asks the same mirror in the same layout. */
export const FROM = 'X-From';

export type DownloadOptions = Partial<NetOptions> & { now?: () => number };

/**
 * @returns the model's description and its list of files; all of it is in the cache then
 * @throws EngineError `bad-address`, `not-a-model`, `wrong-size`, `offline`, `download-failed`, `no-space`, `aborted`. What is
 *   complete stays, and a later call goes on from there.
 */
export async function downloadModel(
  ref: WebLlmRef,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
  options: DownloadOptions = {},
): Promise<ModelFiles> {
  const net: NetOptions = { ...netDefaults(), ...options };
  const { record, weightsUrl, libraryUrl } = recordOf(ref);
  const meter = createMeter(options.now ?? (() => performance.now()));
  const report = reporter(onProgress, meter);
  // One failure ends the other downloads too.
  const all = new AbortController();
  const either = AbortSignal.any([signal, all.signal]);

  const store = async (
    scope: Scope,
    key: string,
    wanted: FileWanted,
    check: (blob: Blob, wanted: FileWanted) => Promise<unknown>,
  ): Promise<void> => {
    const unlisted = wanted.bytes === null;
    const onBytes = (bytes: number) => {
      if (unlisted) meter.total += bytes;
      meter.add(bytes);
      report();
    };
    const { blob, forget } = await fetchFile(wanted, net, either, onBytes, (kept) => {
      meter.skip(kept);
      report();
    });
    await check(blob, wanted);
    const headers = { 'Content-Length': String(blob.size), 'Content-Type': 'application/octet-stream', [FROM]: wanted.url };
    try {
      await (await openScope(scope)).put(key, new Response(blob, { headers }));
    } catch (thrown) {
      throw thrown instanceof EngineError ? thrown : noSpaceOr(thrown, wanted);
    }
    await forget();
  };
  // What can't be used is not stored either, or the next try would find it.
  const checkConfig = async (blob: Blob, wanted: FileWanted) => void tokenizerFile((await checkJson(blob, wanted)) as MlcChatConfig);
  const checkManifest = async (blob: Blob, wanted: FileWanted) => void readManifest(await checkJson(blob, wanted), record.model);
  const ensure = async (
    scope: Scope,
    key: string,
    wanted: FileWanted,
    check: (blob: Blob, wanted: FileWanted) => Promise<unknown>,
  ): Promise<void> => {
    const cached = await (await openScope(scope)).match(key);
    if (!cached) await store(scope, key, wanted, check);
  };

  try {
    report('check', 'Asking for the model’s list of files');
    const configKey = fileUrl(record.model, CONFIG_FILE);
    const folder = await findFolder(weightsUrl, configKey, (from) =>
      store('config', configKey, { url: fileUrl(from, CONFIG_FILE), bytes: null, name: CONFIG_FILE }, checkConfig),
    );
    const wantedFrom = (name: string, bytes: number | null): FileWanted => ({ url: fileUrl(folder, name), bytes, name });
    await ensure('model', fileUrl(record.model, MANIFEST_FILE), wantedFrom(MANIFEST_FILE, null), checkManifest);
    const files = await readFiles(record.model);

    // The new version has answered; what it replaces makes room for it.
    await removeFormer(record);
    const missing = await missingShards(files.shards);
    meter.total += sumOf(files.shards);
    meter.skip(sumOf(files.shards) - sumOf(missing));
    await askForRoom(sumOf(missing));

    report('download', 'Downloading the model');
    const tokenizer = tokenizerFile(files.config);
    await ensure('library', record.model_lib, { url: libraryUrl, bytes: null, name: 'the model library' }, checkWasm);
    await ensure(
      'model',
      fileUrl(record.model, tokenizer),
      wantedFrom(tokenizer, null),
      tokenizer.endsWith('.json') ? checkJson : checkNoPage,
    );
    const queue = [...missing];
    const lane = async () => {
      for (let shard = queue.shift(); shard; shard = queue.shift()) {
        await store('model', shard.url, wantedFrom(shard.name, shard.bytes), async () => {});
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));

    report('verify', 'Checking that all files are there');
    if ((await missingShards(files.shards)).length > 0) {
      throw new EngineError(
        'no-space',
        'The browser removed parts of the model again, most often for want of room. Free some disk space and try again.',
      );
    }
    return files;
  } catch (thrown) {
    all.abort();
    throw signal.aborted ? aborted() : thrown;
  }
}

const sumOf = (shards: Shard[]): number => shards.reduce((sum, shard) => sum + shard.bytes, 0);

/** Where the model's files are; its description is cached then. A mirror may be laid out like the hub, or plainly. */
async function findFolder(weightsUrl: string, configKey: string, storeFrom: (folder: string) => Promise<void>): Promise<string> {
  const folders = weightsFolders(weightsUrl);
  const cached = await (await openScope('config')).match(configKey);
  if (cached) return folders.find((folder) => cached.headers.get(FROM) === fileUrl(folder, CONFIG_FILE)) ?? folders.at(-1)!;
  for (const folder of folders) {
    try {
      await storeFrom(folder);
      return folder;
    } catch (thrown) {
      const wrongPlace = thrown instanceof EngineError && (thrown.code === 'bad-address' || thrown.code === 'not-a-model');
      if (!wrongPlace || folder === folders.at(-1)) throw thrown;
    }
  }
  throw new Error('no folder'); // weightsFolders gives at least one
}

async function readFiles(folder: string): Promise<ModelFiles> {
  const config = await (await openScope('config')).match(fileUrl(folder, CONFIG_FILE));
  const manifest = await (await openScope('model')).match(fileUrl(folder, MANIFEST_FILE));
  return { config: (await config!.json()) as MlcChatConfig, shards: readManifest(await manifest!.json(), folder) };
}

/** A shard of another size than listed counts as missing; the package's own entries name no size and are trusted by their key. */
async function missingShards(shards: Shard[]): Promise<Shard[]> {
  const cache = await openScope('model');
  const keys = new Set((await cache.keys()).map((request) => request.url));
  const missing: Shard[] = [];
  for (const shard of shards) {
    const length = keys.has(shard.url) ? (await cache.match(shard.url))?.headers.get('content-length') : undefined;
    if (length === undefined || (length !== null && Number(length) !== shard.bytes)) missing.push(shard);
  }
  return missing;
}

/** @throws EngineError `no-space`, naming both figures */
export async function askForRoom(bytes: number): Promise<void> {
  if (bytes === 0) return;
  // Only pages have `persist()` in most browsers; the page asks too, with the person's consent.
  const storage = navigator.storage as StorageManager & { persist?: () => Promise<boolean> };
  await storage?.persist?.().catch(() => false);
  const { quota, usage } = (await storage?.estimate().catch(() => ({}) as StorageEstimate)) ?? {};
  if (quota === undefined) return;
  const room = quota - (usage ?? 0);
  if (room >= bytes * ROOM_FACTOR) return;
  const gb = (n: number) => `${(n / 1e9).toFixed(2)} GB`;
  throw new EngineError(
    'no-space',
    `The model needs ${gb(bytes * ROOM_FACTOR)} of room, and the browser gives this page ${gb(Math.max(0, room))}. Free some disk space, leave the private window, or choose a smaller model.`,
  );
}

function reporter(onProgress: (progress: LoadProgress) => void, meter: ReturnType<typeof createMeter>) {
  let phase: LoadProgress['phase'] = 'check';
  let text = '';
  let last = -Infinity;
  return (newPhase?: LoadProgress['phase'], newText?: string): void => {
    const at = performance.now();
    if (!newPhase && at - last < REPORT_MS && meter.done < meter.total) return;
    last = at;
    phase = newPhase ?? phase;
    text = newText ?? text;
    onProgress({
      phase,
      bytesDone: meter.done,
      bytesTotal: meter.total,
      secondsLeft: phase === 'download' ? meter.secondsLeft() : null,
      text,
    });
  };
}

const start = async (blob: Blob): Promise<string> => (await blob.slice(0, 64).text()).trimStart().toLowerCase();

async function checkNoPage(blob: Blob, wanted: FileWanted): Promise<void> {
  const head = await start(blob);
  if (head.startsWith('<!doctype') || head.startsWith('<html')) throw webPage(wanted);
}

async function checkJson(blob: Blob, wanted: FileWanted): Promise<unknown> {
  await checkNoPage(blob, wanted);
  try {
    return JSON.parse(await blob.text()) as unknown;
  } catch (cause) {
    throw new EngineError(
      'not-a-model',
      `${wanted.name} can’t be read, so this is not a model in MLC form. Check the address: ${wanted.url}`,
      { cause },
    );
  }
}

async function checkWasm(blob: Blob, wanted: FileWanted): Promise<void> {
  await checkNoPage(blob, wanted);
  const magic = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  if (magic[0] !== 0 || magic[1] !== 0x61 || magic[2] !== 0x73 || magic[3] !== 0x6d) {
    throw new EngineError('not-a-model', `The file at ${wanted.url} is not a model library (WebAssembly). Check its address.`);
  }
}
