/** Candidates in the order of a family tree: each under its parent, the start first. Pure. */
import type { RunState } from '../../promptwizard/state.ts';

export interface Leaf {
  id: string;
  /** 0: the start. */
  depth: number;
}

export function treeOf(state: RunState): Leaf[] {
  const children = new Map<string, string[]>();
  const roots: string[] = [];
  for (const id of state.order) {
    const parent = state.candidates[id]?.candidate.parentId;
    if (parent !== undefined && parent !== id && state.candidates[parent]) children.set(parent, [...(children.get(parent) ?? []), id]);
    else roots.push(id);
  }
  const leaves: Leaf[] = [];
  const seen = new Set<string>();
  const walk = (id: string, depth: number) => {
    if (seen.has(id)) return;
    seen.add(id);
    leaves.push({ id, depth });
    for (const child of children.get(id) ?? []) walk(child, depth + 1);
  };
  for (const id of roots) walk(id, 0);
  return leaves;
}
