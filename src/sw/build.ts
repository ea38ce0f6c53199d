/** This build's files, as they were written into the worker's script. */
import { textMark } from '../engines/modelId.ts';
import type { BuildFile } from './protocol.ts';

declare const self: ServiceWorkerGlobalScope;

const list: readonly BuildFile[] = self.__WB_MANIFEST;

/** Another one for every list of files: workers of one list share what is kept. */
export const BUILD = textMark(JSON.stringify(list));
export const ENGINE_FILES = list.filter((file) => file.engine !== undefined);
export const PAGE_FILES = list.filter((file) => file.engine === undefined);
export const PAGE = 'index.html';

/** The folder that this worker serves, with a slash at its end. */
export const home = (): string => self.registration.scope;
/** Caches belong to the whole origin, where other copies of the app may stand in other folders. No address has a space. */
export const cacheName = (what: string): string => `promptevolver/${what} ${new URL(home()).pathname}`;
export const addressOf = (file: BuildFile): string => new URL(file.url, home()).href;

/** Path below the folder, without query; null: elsewhere. */
export function pathOf(address: string): string | null {
  const { origin, pathname } = new URL(address);
  const { origin: own, pathname: folder } = new URL(home());
  return origin === own && pathname.startsWith(folder) ? pathname.slice(folder.length) : null;
}

/** Whether a window at this address shows this copy of the app. In a folder further below another one may stand. */
export const showsPage = (address: string): boolean => ['', PAGE].includes(pathOf(address) ?? 'elsewhere');
