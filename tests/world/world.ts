/**
 * A world: what is true of a task, and the nonsense that its model makes. Chances and effects are shares in [0,1]. What
 * is left out is 0: a world written by hand is well behaved unless it says otherwise. See `measured.ts` for the knobs
 * of real small models.
 */
export interface World {
  seed: number;
  /** Chance of a right answer of the bare prompt, when its reply can be read. */
  base: number;
  /** Added by each thing the prompt may contain. */
  effects: Effects;
  /** No prompt is better than this. 1 when absent. */
  ceiling?: number;

  // How alike prompts are: parts of the variance of what makes a row right or wrong. The rest is the row's own.
  /** Of the way of answering (plain, reasoning, after examples): prompts that answer in the same way share it. */
  wayShare?: number;
  /** Of the single prompt on the single row: shared with no other prompt. */
  promptShare?: number;
  /** Rows of the same subject as a shown example gain this much; the mean over all rows stays what it is. */
  near?: number;

  // Replies to rows.
  /** Cut at the token limit without an answer. */
  cut?: number;
  refused?: number;
  /** Said over and over up to the token limit. */
  runaway?: number;
  /** Answered in a form that cannot be read, by prompts with the answer contract. */
  missed?: number;
  /** The same by prompts without it; as `missed` when absent. */
  missedBare?: number;

  // Replies to calls that write.
  /** No reader can use them. */
  unreadable?: number;
  /** Of written variants that copy no row: fragments of one idea, and the request echoed. */
  nonsense?: number;
  /** Of written instructions that copy a row, when none is shown in the call, and when some are. */
  leak?: number;
  leakShown?: number;
  /** Standard deviation of what an instruction's mere wording does. */
  wording?: number;
  /** Of critiques that name no cause. */
  emptyCritique?: number;
  /** Of refined instructions: those that help by 4 to 14 points, and those that harm by 2 to 10. */
  helpfulEdits?: number;
  harmfulEdits?: number;
  /** Of chains that reach the answer: those that set a bad example all the same. */
  badChains?: number;
  /** Of personas that speak of the model's maker. */
  badPersonas?: number;
  /** Of rows made by the model: those that claim a wrong answer. */
  wrongRows?: number;
}

export interface Effects {
  contract?: number;
  /** The plain step-by-step sentence. */
  free?: number;
  /** By the style's id. */
  styles?: Record<string, number>;
  /** Answer-only examples on a prompt that answers at once, and on one that reasons (as `demos` when absent). */
  demos?: number;
  demosOnReasoning?: number;
  /** Examples with good chains on a prompt that answers at once; on one that reasons; and with bad chains (as `chains` when absent). */
  chains?: number;
  chainsOnReasoning?: number;
  badChains?: number;
  /** Examples whose answers are wrong: all of them so. */
  wrongDemos?: number;
  persona?: number;
  keywords?: number;
  refined?: number;
  /** An open task's checklist in the prompt. */
  listed?: number;
  /** A row's content in the instruction; the request echoed in it. */
  leaked?: number;
  echoed?: number;
}
