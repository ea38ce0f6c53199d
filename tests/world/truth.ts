/** What is true of a prompt in a world: its exact chance of a right answer on a row that nobody has seen. */
import { FREE_SENTENCE, STYLES } from '../../src/promptwizard/styles.ts';
import type { ChatMessage } from '../../src/promptwizard/types.ts';
import { normal, normalBelow, textHash, uniform } from './chance.ts';
import { subjectOf, subjectsCovered } from './rows.ts';
import type { World } from './world.ts';

/** Styles that make a model write its steps down: replies of 73 to 128 tokens instead of 10, when measured. */
export const REASONING: ReadonlySet<string> = new Set(
  'parts symbols list count given check backwards eliminate each-option picture table track estimate simpler two-ways doubt rule contrast teach evidence'.split(
    ' ',
  ),
);
/** In every chain that sets a bad example, so that a prompt that shows it can be told. */
export const BAD_CHAIN = 'it seems that there are about';
export const EDIT = /Pay heed to [^.]+\./g;

export type Way = 'plain' | 'reasons' | 'examples';
export interface Truth {
  /** Of a reply that can be read. */
  right: number;
  /** Of all replies. */
  unreadable: number;
  /** Of all replies: right on an unseen row. */
  score: number;
  way: Way;
  contract: boolean;
  /** Names the prompt in draws of chance. */
  key: number;
  /** Subjects of the rows shown as examples. */
  shown: ReadonlySet<string>;
}

/** @param text the last user turn without its row */
export function truthOf(world: World, messages: readonly ChatMessage[], text: string): Truth {
  const { effects, base, ceiling = 1 } = world;
  const system = messages.find((m) => m.role === 'system')?.content ?? '';
  const shown = messages.filter((m) => m.role === 'assistant').map((m) => m.content);
  const key = textHash([system, text, ...shown].join('\n'));
  const contract = text.includes('<answer>');
  const instruction = text.replace(/\s*[^.\n]*<answer>[\s\S]*$/, '').trim();
  const styles = STYLES.filter((s) => text.includes(s.sentence));
  const thinks = text.includes(FREE_SENTENCE) || styles.some((s) => REASONING.has(s.id));

  // Several sentences to one end do not add up.
  const ideas = styles.map((s) => effects.styles?.[s.id] ?? 0);
  if (text.includes(FREE_SENTENCE)) ideas.push(effects.free ?? 0);
  const edits = Array.from(text.matchAll(EDIT), ([edit]) => editEffect(world, edit));
  let right = base + together(ideas) + together(edits);

  if (contract) right += effects.contract ?? 0;
  if (text.includes('answered with yes:')) right += effects.listed ?? 0;
  if (text.includes('refinedly')) right += effects.refined ?? 0;
  if (/I own \d+|Case \d+/.test(text)) right += effects.leaked ?? 0;
  if (/<\/?instruction>|JSON object|<START>/.test(text)) right += effects.echoed ?? 0;
  if (system !== '') right += (effects.persona ?? 0) + wording(world, system) / 2;
  if (text.includes('What matters:')) right += effects.keywords ?? 0;
  // Sentences of the product are what they are; of any other text the mere wording counts too.
  const bare = [...styles.map((s) => s.sentence), FREE_SENTENCE].reduce((t, s) => t.replace(s, ''), instruction).trim();
  if (bare !== 'Answer the question.') right += wording(world, bare);
  if (shown.length > 0) right += shownEffect(world, messages, shown, thinks);

  const chains = shown.some(isChain);
  const misses = contract ? (world.missed ?? 0) : (world.missedBare ?? world.missed ?? 0);
  const unreadable = Math.min(1, misses + (world.cut ?? 0) + (world.refused ?? 0) + (world.runaway ?? 0));
  right = Math.max(0, Math.min(ceiling, right));
  return {
    right,
    unreadable,
    score: right * (1 - unreadable),
    way: shown.length > 0 ? (chains ? 'reasons' : 'examples') : thinks ? 'reasons' : 'plain',
    contract,
    key,
    shown: new Set(messages.filter((m) => m.role === 'user').slice(0, -1).flatMap((m) => subjectOf(m.content) ?? [])), // prettier-ignore
  };
}

/** The best and the worst count whole, all others a quarter. */
function together(effects: readonly number[]): number {
  const [best, worst] = [Math.max(0, ...effects), Math.min(0, ...effects)];
  return best + worst + (effects.reduce((a, b) => a + b, 0) - best - worst) / 4;
}

const isChain = (reply: string): boolean => reply.length > 60;

function shownEffect(world: World, messages: readonly ChatMessage[], shown: readonly string[], thinks: boolean): number {
  const { effects: e } = world;
  const good = e.chains ?? 0;
  const chains = shown.filter(isChain);
  const bad = chains.filter((c) => c.includes(BAD_CHAIN)).length / Math.max(1, chains.length);
  const answers = thinks ? (e.demosOnReasoning ?? e.demos ?? 0) : (e.demos ?? 0);
  const worked = thinks ? (e.chainsOnReasoning ?? good) : bad * (e.badChains ?? good) + (1 - bad) * good;
  const asked = messages.filter((m) => m.role === 'user').slice(0, -1);
  const wrong = asked.filter((m, i) => isWrong(m.content, shown[i] ?? '')).length / shown.length;
  return (chains.length > 0 ? worked : answers) + wrong * (e.wrongDemos ?? 0);
}

/** Of rows that the model made: `Somebody adds a and b …` with another answer than a + b. */
function isWrong(question: string, reply: string): boolean {
  const sum = /adds (\d+) and (\d+)/.exec(question);
  return sum !== null && !new RegExp(`\\b${Number(sum[1]) + Number(sum[2])}\\b`).test(reply.slice(-40));
}

const wording = (world: World, text: string): number => (world.wording ? world.wording * normal(world.seed, 11, textHash(text)) : 0);

function editEffect(world: World, edit: string): number {
  const { helpfulEdits = 0, harmfulEdits = 0 } = world;
  const [kind, size] = [uniform(world.seed, 12, textHash(edit)), uniform(world.seed, 13, textHash(edit))];
  if (kind < helpfulEdits) return 0.04 + 0.1 * size;
  return kind < helpfulEdits + harmfulEdits ? -0.02 - 0.08 * size : 0;
}

const WAYS: readonly Way[] = ['plain', 'reasons', 'examples'];

/**
 * Where a prompt stands on a row, in (0, 1): it is right when this is below its chance. A Gaussian copula of the row's
 * difficulty, of the way of answering on this row, and of this very prompt on it: each prompt has exactly its own chance
 * over all rows, and prompts agree as much as the shares say.
 */
export function standing(world: World, truth: Truth, row: number): number {
  const { seed, wayShare: way = 0, promptShare: own = 0 } = world;
  const z =
    Math.sqrt(1 - way - own) * normal(seed, 21, row) +
    (way > 0 ? Math.sqrt(way) * normal(seed, 22, row, WAYS.indexOf(truth.way)) : 0) +
    (own > 0 ? Math.sqrt(own) * normal(seed, 23, row, truth.key) : 0);
  return normalBelow(z);
}

/** A row's own chance: examples near it help there, and as much less elsewhere. */
export function chanceOn(world: World, truth: Truth, question: string): number {
  if (!world.near || truth.shown.size === 0) return truth.right;
  const subject = subjectOf(question);
  const shift = world.near * ((subject !== null && truth.shown.has(subject) ? 1 : 0) - subjectsCovered(truth.shown));
  // No shift at the ends of the scale, where it could not be made up for elsewhere.
  return truth.right > world.near && truth.right < 1 - world.near ? truth.right + shift : truth.right;
}
