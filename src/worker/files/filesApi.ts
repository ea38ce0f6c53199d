/** What the page may do with the files of models; each part is fetched on first use. One piece of work at a time. */
import type { ModelRef } from '../../engines/engine.ts';
import { EngineError } from '../../engines/errors.ts';
import type { OnBytes } from '../../engines/stored.ts';
import { WorkerError } from '../errors.ts';
import type { FilesApi } from '../protocol.ts';

/** Progress is told at most this often, ms, and at the end. */
const TELL_EVERY = 100;

export function createFilesApi(): FilesApi {
  let going: AbortController | null = null;

  const work = async <T>(what: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (going) throw new WorkerError('busy', 'Another check, export or import is going on. Wait for it, or stop it.');
    const mine = (going = new AbortController());
    try {
      return await what(mine.signal);
    } catch (error) {
      if (mine.signal.aborted)
        throw new EngineError('aborted', 'It was stopped. What lies on this machine is as it was.', { cause: error });
      throw error;
    } finally {
      going = null;
    }
  };

  return {
    async stored(refs) {
      const [webllm, wllama] = await Promise.all([import('../../engines/webllm/stored.ts'), import('../../engines/wllama/index.ts')]);
      const of = <E extends ModelRef['engine']>(engine: E) =>
        refs.filter((ref): ref is Extract<ModelRef, { engine: E }> => ref.engine === engine);
      return (await Promise.all([webllm.listStored(of('webllm')), wllama.listStored(of('wllama'))])).flat();
    },
    checkFiles: (ref, onBytes) =>
      work(async (signal) => {
        const tell = seldom(onBytes);
        if (ref.engine === 'webllm') return (await import('../../engines/webllm/stored.ts')).checkStored(ref, tell, signal);
        if (ref.engine === 'wllama') return (await import('../../engines/wllama/index.ts')).checkStored(ref, tell, signal);
        throw new EngineError('not-a-model', 'This model lies on a server, not in this browser.');
      }),
    async removeLeft(kind, place) {
      const inFolder = kind === 'gguf' || (kind === 'part' && !/^https?:/.test(place));
      if (inFolder) await (await import('../../engines/wllama/index.ts')).removeFile(place);
      else await (await import('../../engines/webllm/stored.ts')).removePlace(kind, place);
    },
    exportFolder: (ref, to, onBytes) =>
      work(async (signal) => (await import('./exportModel.ts')).exportFolder(ref, to, seldom(onBytes), signal)),
    exportZip: (ref, onBytes) => work(async (signal) => (await import('./exportModel.ts')).exportZip(ref, seldom(onBytes), signal)),
    dropExports: async () => (await import('./writeZip.ts')).dropExports(),
    importModel: (given, known, onBytes) =>
      work(async (signal) => (await import('./importModel.ts')).importModel(given, known, seldom(onBytes), signal)),
    stopFiles: async () => going?.abort(),
  };
}

function seldom(onBytes: OnBytes): OnBytes {
  let told = -Infinity;
  return (done, total) => {
    const at = performance.now();
    if (done < total && at - told < TELL_EVERY) return;
    told = at;
    onBytes(done, total);
  };
}
