/**
 * The knobs of every world of the bench, from what was measured on a real small model (Qwen2.5-Coder-1.5B-Instruct,
 * Q4_K_M; method, section 13). The bench prints them with its table.
 */
import type { World } from './world.ts';

export const MEASURED = {
  // Start against the plain sentence on 40 to 60 rows: +28 points with an interval of ±15; two prompts that reason: +10
  // with ±11; 26 rows won and 3 lost at 0.30 → 0.68. So prompts of one way agree at a correlation of about 0.7, prompts of
  // different ways at about 0.35.
  wayShare: 0.35,
  promptShare: 0.3,
  // Not measured; small.
  near: 0.04,
  missed: 0.02,
  missedBare: 0.04,
  cut: 0.01,
  refused: 0.002,
  runaway: 0.003,
  unreadable: 0.02,
  // 11 of 18 variants were nonsense; without a row in the call 1 of 18 leaked it, with one 7 of 15.
  nonsense: 10 / 17,
  leak: 1 / 18,
  leakShown: 7 / 15,
  // Not measured by itself: the standard error of two scores of equal prompts hides it.
  wording: 0.03,
  emptyCritique: 0.3,
  // 0 of 4 children of refine were accepted.
  helpfulEdits: 0.1,
  harmfulEdits: 0.3,
  // 0 won and 10 lost with right chains: a right answer makes no good chain.
  badChains: 0.5,
  badPersonas: 0.4,
  // 4 of 22, then 3 of 9 made rows survived two solutions; all of those were trivial.
  wrongRows: 0.75,
} satisfies Partial<World>;
