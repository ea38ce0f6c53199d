/** The note that an export puts beside a model's files, so that an import knows again which model they are. */
import type { ModelRef } from '../../engines/engine.ts';
import { refKey } from '../../engines/modelId.ts';

export const NOTE = 'promptevolver-model.json';

export const noteOf = (ref: ModelRef, title: string): string =>
  JSON.stringify({ promptevolver: 'model', version: 1, title, ref }, null, 2) + '\n';

/**
 * The model that a note names, when it is one of `known`: a note from outside may only choose among what the page knows,
 * or any file could pass for a model whose runs and replies are stored here.
 */
export function readNote(text: string, known: readonly ModelRef[]): ModelRef | null {
  try {
    const { promptevolver, version, ref } = JSON.parse(text) as { promptevolver?: unknown; version?: unknown; ref?: unknown };
    if (promptevolver !== 'model' || version !== 1 || typeof ref !== 'object' || ref === null) return null;
    const key = refKey(ref as ModelRef);
    return known.find((one) => refKey(one) === key) ?? null;
  } catch {
    return null;
  }
}
