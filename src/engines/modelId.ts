/**
 * What tells models apart. A model's `id` decides which stored replies and runs are its own, so two files must never share
 * one: ids that are made from a name carry a mark of the file or its place, as in `tiny-talker#1a2b3c4d`.
 */
import type { ModelRef } from './engine.ts';

/** @param mark 8 hexadecimal digits */
export const markedId = (name: string, mark: string): string => `${name}#${mark}`;

/** The name without its mark, for a person or for the table of known models. */
export const nameOf = (id: string): string => id.replace(/#[0-9a-f]{8}$/, '');

/** Equal for two references to the same files, whatever else they say of them. */
export function refKey(ref: ModelRef): string {
  const { engine, id } = ref;
  if ('weightsUrl' in ref) return JSON.stringify([engine, id, ref.weightsUrl, ref.libraryUrl]);
  return JSON.stringify([engine, id, 'url' in ref ? ref.url : 'file' in ref ? `file ${ref.file}` : null]);
}

/** Of a short text: FNV-1a, 32 bits. */
export function textMark(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const SAMPLES = 16;
const SAMPLE_BYTES = 65_536;

/**
 * Of a file of gigabytes, in a moment: SHA-256 of its size, its two ends and some places between. Two trainings of one
 * model have the same size and the same beginning; their weights differ everywhere.
 */
export async function fileMark(file: Blob): Promise<string> {
  const last = Math.max(0, file.size - SAMPLE_BYTES);
  const parts = Array.from({ length: SAMPLES }, (_, i) => {
    const from = Math.round((last * i) / (SAMPLES - 1));
    return file.slice(from, from + SAMPLE_BYTES);
  });
  const digest = await crypto.subtle.digest('SHA-256', await new Blob([`${file.size} `, ...parts]).arrayBuffer());
  return hex(new Uint8Array(digest, 0, 4));
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
