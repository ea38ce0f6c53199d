/** What the page says to the service worker, besides requests to the API. Types and one name; spoken by postMessage. */
import type { EngineName } from '../engines/engine.ts';

export type PageWord =
  /** A new version waits and the person wants it now. */
  | { type: 'promptevolver-use-new' }
  /** A model of this engine is loaded: its code must be here without a network too. */
  | { type: 'promptevolver-keep-engine'; engine: EngineName };

/** The cache of the engines' code. Names of files change with their content. */
export const ENGINE_CACHE = 'promptevolver/engines';
