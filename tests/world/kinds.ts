/**
 * Kinds of worlds, named by what is true in them. The middle of each effect is what was measured (method, section 13) or,
 * where the comment says so, a guess; each seed draws its own effects around it, so that a thousand worlds are a thousand
 * truths.
 */
import { stylesFor } from '../../src/promptwizard/styles.ts';
import { normal, textHash, uniform } from './chance.ts';
import { MEASURED } from './measured.ts';
import { REASONING } from './truth.ts';
import type { Effects, World } from './world.ts';

export const KINDS = [
  'reasoning helps',
  'reasoning hurts',
  'nothing helps',
  'one style helps',
  'examples help',
  'format is the gain',
  '10 % unreadable',
] as const;
export type Kind = (typeof KINDS)[number];

/** Middle and spread in points. */
type Around = readonly [middle: number, spread: number];

interface Draft {
  start: Around;
  free: Around;
  /** Styles that make the model reason, and the others. Nothing beyond `most`. */
  reasoning: Around;
  other: Around;
  most: number;
  demos: Around;
  chains: Around;
  chainsOnReasoning: Around;
  helpfulEdits?: number;
}

const DRAFTS: { readonly [K in Kind]: Draft } = {
  // Object counting: start 0.30, plain sentence +28, best style +38, answer-only examples +20, one good chain +30, ten rows
  // lost and none won by chains on a prompt that reasons. The middle of the styles is a guess below the plain sentence.
  'reasoning helps': { start: [30, 5], free: [28, 6], reasoning: [22, 10], other: [2, 4], most: 42, demos: [20, 6], chains: [30, 6], chainsOnReasoning: [-22, 6] },
  // Snarks: the plain sentence took 0.70 to 0.50. Styles and examples are guesses.
  'reasoning hurts': { start: [70, 5], free: [-20, 5], reasoning: [-15, 7], other: [-2, 4], most: 4, demos: [-2, 4], chains: [-18, 6], chainsOnReasoning: [-5, 5], helpfulEdits: 0.03 },
  // Navigate: start 0.63, plain sentence 0.60, five styles 0.43 to 0.68.
  'nothing helps': { start: [63, 5], free: [-3, 3], reasoning: [-8, 7], other: [-3, 4], most: 3, demos: [-3, 4], chains: [-3, 5], chainsOnReasoning: [-5, 5], helpfulEdits: 0 },
  // Two or three styles help a lot; all else is as in navigate, a little better. A guess.
  'one style helps': { start: [50, 5], free: [2, 3], reasoning: [0, 4], other: [0, 4], most: 6, demos: [2, 4], chains: [0, 5], chainsOnReasoning: [-5, 5] },
  // Tasks with a convention that only examples tell. A guess.
  'examples help': { start: [40, 5], free: [0, 4], reasoning: [0, 5], other: [0, 4], most: 8, demos: [28, 6], chains: [20, 8], chainsOnReasoning: [5, 6] },
  // Most replies of the bare start cannot be read; the contract mends it, nothing else adds. A guess at its size.
  'format is the gain': { start: [62, 5], free: [0, 3], reasoning: [-2, 5], other: [0, 3], most: 6, demos: [2, 4], chains: [0, 5], chainsOnReasoning: [-5, 5] },
  // Reasoning helps, and one reply in ten of every kind can be used by nobody.
  '10 % unreadable': { start: [30, 5], free: [28, 6], reasoning: [22, 10], other: [2, 4], most: 42, demos: [20, 6], chains: [30, 6], chainsOnReasoning: [-22, 6] },
}; // prettier-ignore

/** @param knobs in place of the measured ones; what is true of the kind stays */
export function worldOf(kind: Kind, seed: number, knobs: Partial<World> = {}): World {
  const d = DRAFTS[kind];
  const own = textHash(kind);
  let use = 0;
  const draw = ([middle, spread]: Around): number => (middle + spread * normal(own, seed, use++)) / 100;
  const styles: Record<string, number> = {};
  for (const s of stylesFor(false)) styles[s.id] = Math.min(d.most / 100, draw(REASONING.has(s.id) ? d.reasoning : d.other));
  if (kind === 'one style helps') {
    const ranked = [...stylesFor(false)].sort((a, b) => uniform(own, seed, textHash(a.id)) - uniform(own, seed, textHash(b.id)));
    for (const s of ranked.slice(0, 2 + (seed % 2))) styles[s.id] = draw([27, 3]);
  }
  const effects: Effects = {
    contract: 0,
    free: draw(d.free),
    styles,
    demos: draw(d.demos),
    // Answers alone stop a prompt from reasoning.
    demosOnReasoning: draw([-10, 5]),
    chains: draw(d.chains),
    badChains: draw([-3, 4]),
    chainsOnReasoning: draw(d.chainsOnReasoning),
    wrongDemos: -0.1,
    persona: draw([-3, 3]),
    keywords: draw([0, 2]),
    leaked: draw([-3, 3]),
    echoed: draw([-15, 5]),
  };
  const world: World = { ...MEASURED, ...knobs, seed, base: Math.max(0.05, draw(d.start)), effects };
  if (d.helpfulEdits !== undefined) world.helpfulEdits = d.helpfulEdits;
  if (kind === 'format is the gain') world.missedBare = Math.min(0.9, Math.max(0.3, draw([60, 10])));
  if (kind === '10 % unreadable')
    Object.assign(world, { missed: 0.04, missedBare: 0.04, cut: 0.03, refused: 0.01, runaway: 0.02, unreadable: 0.1 });
  return world;
}
