/** The four plans: what each pays for, and what it promises to be able to show (method, section 1). */
import type { PlanName, Row } from './types.ts';

export interface Plan {
  name: PlanName;
  /** Candidates in the first race besides the start, the contract and the free baseline. */
  extraEntrants: number;
  /** Calls for the search with 25 search rows; fewer rows cost less. */
  searchCalls: number;
  /** Most held-out rows asked in the verdict. */
  verdictRows: number;
  /** Most new tokens in a reply; null: the setting alone decides. */
  replyCap: number | null;
  rounds: number;
  understand: boolean;
  /** Mutation calls at most. */
  mutationCalls: number;
  critique: boolean;
  examples: boolean;
  persona: boolean;
}

export const PLANS: { readonly [K in PlanName]: Plan } = {
  trial: {
    name: 'trial', extraEntrants: 0, searchCalls: 25, verdictRows: 12, replyCap: 96, rounds: 1,
    understand: false, mutationCalls: 0, critique: false, examples: false, persona: false,
  },
  quick: {
    name: 'quick', extraEntrants: 5, searchCalls: 122, verdictRows: 30, replyCap: null, rounds: 1,
    understand: true, mutationCalls: 1, critique: false, examples: true, persona: false,
  },
  standard: {
    name: 'standard', extraEntrants: 8, searchCalls: 240, verdictRows: 60, replyCap: null, rounds: 1,
    understand: true, mutationCalls: 3, critique: true, examples: true, persona: false,
  },
  thorough: {
    name: 'thorough', extraEntrants: 9, searchCalls: 460, verdictRows: 150, replyCap: null, rounds: 10,
    understand: true, mutationCalls: 10, critique: true, examples: true, persona: true,
  },
}; // prettier-ignore

/** Who may see which rows (method, section 2.1). */
export interface Split {
  /** In the one shared order of the run. */
  race: Row[];
  fresh: Row[];
  heldOut: Row[];
  /** A seeded draw from `heldOut`. */
  verdict: Row[];
}

export type SplitSizes = { [K in keyof Split]: number };

/** How `rows` usable rows are shared out. */
export function splitSizes(rows: number, plan: PlanName, seenSetSize: number): SplitSizes {
  if (rows < 8) return { race: 0, fresh: 0, heldOut: 0, verdict: 0 };
  if (rows < 20) {
    const fresh = Math.floor(rows / 2);
    return { race: rows - fresh, fresh, heldOut: 0, verdict: 0 };
  }
  const search = Math.min(seenSetSize, Math.floor(rows / 2));
  const fresh = Math.min(10, Math.floor(search / 2));
  const heldOut = rows - search;
  return { race: search - fresh, fresh, heldOut, verdict: Math.min(PLANS[plan].verdictRows, heldOut) };
}

/** Measured speed of the loaded model, tokens a second. */
export interface Speed {
  prefillPerSecond: number;
  decodePerSecond: number;
}
