/** A row of the run by its id, wherever it came from. Pure. */
import type { RunState } from '../../promptwizard/state.ts';

export function rowOf(state: RunState, id: string): { text: string; answer?: string } | undefined {
  const found = state.input?.task.rows.find((row) => row.id === id) ?? state.practice?.rows.find((row) => row.id === id);
  if (!found) return undefined;
  const inputs = Object.entries(found.inputs ?? {}).map(([name, value]) => `${name}: ${value}`);
  return { text: [found.question, ...inputs].filter((part) => part.trim() !== '').join('\n'), answer: found.answer };
}
