/** What the page may ask of the service worker, and what it hears. Types only: the page imports nothing else of this room. */

/** Engines whose code is fetched when a person takes a model. */
export type EngineCode = 'webllm' | 'wllama';

/** A file of the build, as the build lists it. */
export interface BuildFile {
  /** Relative to the worker's scope. */
  url: string;
  /** null: its name changes with its content. */
  revision: string | null;
  bytes: number;
  /** Code of an engine: kept once a model is taken. */
  engine?: EngineCode;
  /** What the file holds, for the page itself: it is never fetched. */
  text?: string;
}

/** A file of this build. */
export interface KeptFile {
  /** Absolute. */
  url: string;
  /** As built. */
  bytes: number;
  /** Whether it lies in the browser. */
  here: boolean;
}

/** Code of an engine on this machine. */
export interface EngineState {
  engine: EngineCode;
  files: KeptFile[];
}

/** An origin that the page and its workers may ask, besides their own. */
export interface AllowedOrigin {
  /** As in an address (`https://example.org`). */
  origin: string;
  /** When it was confirmed, milliseconds since 1970: pages and workers that were loaded before may not ask it. */
  at: number;
}

/** Sent with a MessagePort, on which one answer comes: the type beside it, or a `Refusal`. */
export interface Questions {
  /** Fetches what is missing of an engine's code. */
  'take-engine': { ask: { engine: EngineCode }; answer: EngineState };
  'drop-engine': { ask: { engine: EngineCode }; answer: EngineState };
  engines: { ask: object; answer: EngineState[] };
  /** The page itself, without engines. */
  page: { ask: object; answer: KeptFile[] };
  /** Allows origins; answers with all that are allowed. */
  allow: { ask: { origins: string[] }; answer: AllowedOrigin[] };
  disallow: { ask: { origin: string }; answer: AllowedOrigin[] };
  origins: { ask: object; answer: AllowedOrigin[] };
  /** Of a worker that waits: takes over now. */
  'use-now': { ask: object; answer: null };
}
export type Question = { [K in keyof Questions]: { type: K } & Questions[K]['ask'] }[keyof Questions];
export interface Refusal {
  /** A sentence for a person. */
  refused: string;
  /** Of the error. */
  name?: string;
}

/** Told to every open page. */
export type News =
  /** Files that could not be fetched, or had no room. `whole`: the version is kept all the same, without these. */
  | { type: 'sw-missing'; files: string[]; whole: boolean }
  /** A file of this build is gone from the server: only the new version has what was asked for. */
  | { type: 'sw-outdated'; file: string };
