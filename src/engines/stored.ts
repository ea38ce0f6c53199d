/** What lies of models on this machine, as the page shows it. Types only. */
import type { ModelRef } from './engine.ts';

export interface StoredFile {
  /** Within the model's folder. */
  name: string;
  bytes: number;
}

/** `library`: compiled code that no known model uses. `part`: of a download that was broken off. */
export type StoredKind = 'mlc' | 'gguf' | 'library' | 'part';

export interface StoredModel {
  kind: StoredKind;
  /** The model's own, when it is one that the page knows; null: left over. */
  ref: ModelRef | null;
  /** Address or name by which the files are found again. */
  place: string;
  title: string;
  files: StoredFile[];
  bytes: number;
}

export interface CheckReport {
  /** Files that were looked at. */
  files: number;
  bytes: number;
  /** What the files were held against. */
  by: 'hashes' | 'sizes';
  /** Each a sentence; empty: all is well. */
  faults: string[];
}

/** `done` and `total` in bytes. */
export type OnBytes = (done: number, total: number) => void;

/** A file to be read out, opened only when its turn comes: a model has gigabytes. */
export interface ReadableFile {
  name: string;
  bytes: number;
  open(): Promise<Blob>;
}
