/** A model of a server, as the page refers to it. Pure. */
import type { ServerRef } from '../../engines/engine.ts';
import { unique } from './refs.ts';

/** Where these servers usually are. */
export const USUAL_ADDRESSES: readonly [name: string, address: string][] = [
  ['Ollama', 'http://127.0.0.1:11434/v1'],
  ['LM Studio', 'http://127.0.0.1:1234/v1'],
  ['llama.cpp', 'http://127.0.0.1:8080/v1'],
  ['vLLM', 'http://127.0.0.1:8000/v1'],
  ['TGI', 'http://127.0.0.1:3000/v1'],
];

/** What the person says where the server does not; null: nothing. */
export interface Said {
  parallel: number | null;
  contextSize: number | null;
}

/** @param url where the interface begins, as the listing tells it */
export function serverRef(url: string, model: string, { parallel, contextSize }: Said): ServerRef & { title: string } {
  // llama.cpp names a model by the path of its file.
  const title =
    model
      .split(/[\\/]/)
      .at(-1)!
      .replace(/\.gguf$/i, '') || model;
  return {
    engine: 'openai',
    id: unique(title, url, model),
    url,
    model,
    title,
    ...(parallel === null ? {} : { parallel }),
    ...(contextSize === null ? {} : { contextSize }),
  };
}

/** A whole number within bounds; null for an empty field, undefined for anything else. */
export function wholeNumber(typed: string, least: number, most: number): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  const value = Number(text);
  return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
}
