/** The client's part for the files of models, which knows whether work on them is going on. */
import { proxy } from 'comlink';
import type { FilesApi } from '../../worker/protocol.ts';
import type { Optimizer } from './contract.ts';
import type { Link } from './link.ts';
import { plain } from './plain.ts';

export interface Files {
  api: FilesApi & Pick<Optimizer, 'importFile'>;
  /**
   * For who is about to end the worker, or may have to: half an import would stay behind.
   * @throws Error busy
   */
  mustRest(): void;
}

/** @param need the living worker, made when there is none. @param living null when there is none */
export function createFiles(need: () => Link, living: () => Link | null): Files {
  let going = 0;
  const work = async <T>(what: () => Promise<T>): Promise<T> => {
    going++;
    try {
      return await what();
    } finally {
      going--;
    }
  };
  return {
    mustRest() {
      if (going === 0) return;
      const message = 'A check, export or import of a model’s files is going on. Wait for it, or stop it, then load the model.';
      throw Object.assign(new Error(message), { name: 'busy' });
    },
    api: {
      importFile: (file, onProgress = () => {}) => work(() => need().call((api) => api.importFile(file, proxy(onProgress)))),
      stored: async (refs) => need().call((api) => api.stored(plain(refs))),
      checkFiles: (ref, onBytes) => work(() => need().call((api) => api.checkFiles(plain(ref), proxy(onBytes)))),
      removeLeft: async (kind, place) => need().call((api) => api.removeLeft(kind, place)),
      // Handles and files go over as they are.
      exportFolder: (ref, to, onBytes) => work(() => need().call((api) => api.exportFolder(plain(ref), to, proxy(onBytes)))),
      exportZip: (ref, onBytes) => work(() => need().call((api) => api.exportZip(plain(ref), proxy(onBytes)))),
      dropExports: async () => need().call((api) => api.dropExports()),
      importModel: (given, known, onBytes) => work(() => need().call((api) => api.importModel(given, plain(known), proxy(onBytes)))),
      stopFiles: async () => living()?.call((api) => api.stopFiles()),
    },
  };
}
