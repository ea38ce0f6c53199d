/** A model from files that the person gives: a folder in MLC form, a GGUF file, or a zip of either. */
import type { ModelRef } from '../../engines/engine.ts';
import { EngineError } from '../../engines/errors.ts';
import type { OnBytes } from '../../engines/stored.ts';
import type { GivenFile, TakenIn } from '../protocol.ts';
import { NOTE, readNote } from './note.ts';
import { isStray, pathProblem } from './paths.ts';
import { readZip } from './readZip.ts';

/** A file that is opened only when it is needed. */
interface Offered {
  path: string;
  bytes: number;
  open(): Promise<Blob>;
}

const MOST_FILES = 10_000;
const MOST_NOTE = 65_536;

/** @throws EngineError: what is missing or wrong, and then nothing was taken in */
export async function importModel(
  given: readonly GivenFile[],
  known: readonly ModelRef[],
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<TakenIn> {
  if (given.length > MOST_FILES) throw none(`That folder has ${given.length} files, far more than a model. Choose the model’s own folder.`);
  const only = given.length === 1 ? given[0]! : null;
  const isZip = only !== null && (await only.file.slice(0, 4).text()).startsWith('PK\u0003\u0004');
  const offered = isZip
    ? await zipped(only.file, signal)
    : given.map(({ path, file }) => ({ path, bytes: file.size, open: async () => file }));
  const usable = offered.filter(({ path }) => !isStray(path));
  for (const { path } of usable) {
    const problem = pathProblem(path);
    if (problem) throw none(`That folder cannot be used: ${problem}. Choose the model’s own folder.`);
  }
  const { mlcFolder, ggufs } = lookThrough(usable);
  const named = isZip ? only.file.name.replace(/\.zip$/i, '') : 'The folder';
  if (mlcFolder !== null) return takeMlc(usable, mlcFolder, named, known, onBytes, signal);
  if (ggufs.length === 1) return takeGguf(usable, ggufs[0]!, known, onBytes, signal);
  if (ggufs.length > 1) throw none(`There are ${ggufs.length} GGUF files in it. Import them one by one, each by “A GGUF file”.`);
  throw none(
    usable.length === 0
      ? 'There is no file in it. Choose a folder that holds a model.'
      : 'No model was found in it: neither mlc-chat-config.json, as models in MLC form have, nor a file that ends in .gguf. Choose the model’s own folder.',
  );
}

const none = (message: string): EngineError => new EngineError('not-a-model', message);

async function zipped(zip: File, signal: AbortSignal): Promise<Offered[]> {
  return (await readZip(zip)).map(({ path, bytes, open }) => ({ path, bytes, open: () => open(signal) }));
}

const CONFIG = 'mlc-chat-config.json';
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

function lookThrough(files: readonly Offered[]): { mlcFolder: string | null; ggufs: Offered[] } {
  const configs = files.filter(({ path }) => path === CONFIG || path.endsWith(`/${CONFIG}`));
  if (configs.length > 1) throw none(`There are ${configs.length} models in it. Choose the folder of one of them.`);
  return { mlcFolder: configs[0] ? folderOf(configs[0].path) : null, ggufs: files.filter(({ path }) => /\.gguf$/i.test(path)) };
}

async function noted(files: readonly Offered[], folder: string, known: readonly ModelRef[]): Promise<ModelRef | null> {
  const note = files.find(({ path, bytes }) => path === folder + NOTE && bytes <= MOST_NOTE);
  return note ? readNote(await (await note.open()).text(), known) : null;
}

async function takeMlc(
  offered: readonly Offered[],
  folder: string,
  named: string,
  known: readonly ModelRef[],
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<TakenIn> {
  const ref = await noted(offered, folder, known);
  const files = new Map<string, Blob>();
  let bytes = 0;
  for (const file of offered) {
    if (!file.path.startsWith(folder) || file.path === folder + NOTE) continue;
    files.set(file.path.slice(folder.length), await file.open());
    bytes += file.bytes;
  }
  const called = folder.split('/').at(-2) ?? named;
  const { takeInMlc } = await import('../../engines/webllm/takeIn.ts');
  const taken = await takeInMlc(files, called, ref?.engine === 'webllm' ? ref : null, onBytes, signal);
  return { ref: taken, title: taken.title ?? called, bytes };
}

async function takeGguf(
  offered: readonly Offered[],
  found: Offered,
  known: readonly ModelRef[],
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<TakenIn> {
  const ref = await noted(offered, folderOf(found.path), known);
  const blob = await found.open();
  const name = found.path.split('/').at(-1)!;
  // Two copies of one file must be one model: its day counts for nothing.
  const file = blob instanceof File ? blob : new File([blob], name, { lastModified: 0 });
  const { importFile } = await import('../../engines/wllama/index.ts');
  const byAddress = ref?.engine === 'wllama' && 'url' in ref ? ref : undefined;
  const taken = await importFile(file, ({ bytesDone, bytesTotal }) => onBytes(bytesDone, bytesTotal), signal, byAddress);
  const back = ref && 'file' in ref && 'file' in taken && ref.file === taken.file ? ref : taken;
  return { ref: back, title: back.title ?? name, bytes: file.size };
}
