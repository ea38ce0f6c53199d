/** What the simulated model writes when it is asked for prompts, critiques and rows: sense and nonsense as the world has it. */
import { STYLES } from '../../src/promptwizard/styles.ts';
import type { LlmRequest } from '../../src/promptwizard/llm.ts';
import type { Rng } from '../../src/promptwizard/random.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import type { World } from './world.ts';

/** Letters are asked for by grammar: so many, each one of these. */
type Lettered = { letters?: { of: string[]; count: number } };

export interface Desk {
  world: World;
  rows: readonly Row[];
  rng: Rng;
  request: LlmRequest;
  /** The whole request in one text. */
  asked: string;
}

const GARBAGE = ['', '{"variants": ["Sort the', 'I am sorry, but I', '```', '{"rows": 3}', '<think>hm, let me see'];
export const garbage = (rng: Rng): string => rng.pick(GARBAGE);

const DOINGS = ['the unit', 'each kind', 'the last word', 'every plural', 'what is left out', 'the first number', 'odd cases', 'the order', 'small words', 'the total'] as const; // prettier-ignore
const BEFORE = ['before you answer', 'while you read', 'in every line', 'as a clerk would', 'twice', 'without haste', 'from the start', 'and say so', 'in the end', 'above all'] as const; // prettier-ignore
export const VIRTUES = ['clear', 'short', 'complete', 'polite', 'exact', 'lively', 'orderly', 'honest'] as const;

/** @returns a value for JSON, or a text when the request has no schema and wants none */
export function written(desk: Desk): unknown {
  const { request, rng, world, asked } = desk;
  const purpose: string = request.purpose;
  switch (purpose) {
    case 'understand':
      if (asked.includes('"criteria"') && asked.includes('Write'))
        return {
          kind: 'free text',
          task: 'Write to a customer.',
          criteria: VIRTUES.slice(0, 4 + rng.int(3)).map((v) => `Is the text ${v}?`),
        };
      return { kind: 'number', answer_format: '', task: 'Count the things that are named.' };
    case 'mutate':
    case 'repair':
      return { variants: variants(desk) };
    case 'critique':
      if (rng.float() < (world.emptyCritique ?? 0)) return { causes: [] };
      return { causes: ['It answers before it has looked at all of the items.', 'It mixes up kinds of things.'] };
    case 'refine':
      return { instruction: refined(desk) };
    case 'persona':
      if (rng.float() < (world.badPersonas ?? 0)) return { persona: 'You are a bot named Qwen, created by Alibaba Cloud.' };
      return { persona: `You are a patient ${rng.pick(['accountant', 'clerk', 'teacher', 'librarian'])} who counts twice.` };
    case 'keywords':
      return { keywords: ['counting', 'kinds', 'care'] };
    case 'make-rows':
      return { rows: Array.from({ length: 3 }, () => madeRow(rng, world.wrongRows ?? 0)) };
    case 'make-inputs':
      return { inputs: Array.from({ length: 3 }, () => madeInput(rng)) };
    default:
      return letters(desk);
  }
}

const parentIn = (asked: string): string => /<instruction>\n([\s\S]*?)\n<\/instruction>/.exec(asked)?.[1] ?? 'Answer the question.';

/** Of all variants that a model wrote: copies of rows, the request echoed, one idea in pieces, style sentences word for word. */
function variants({ world, rows, rng, asked }: Desk): string[] {
  const parent = parentIn(asked);
  const styles = STYLES.filter((s) => asked.includes(`- ${s.title}\n`));
  const leak = (rows.some((row) => row.question !== '' && asked.includes(row.question)) ? world.leakShown : world.leak) ?? 0;
  const count = /Write (\d+) new/.exec(asked)?.[1] ?? '3';
  return Array.from({ length: Number(count) }, (_, i) => {
    const draw = rng.float();
    if (draw < leak) return `${parent} For instance: ${rows[rng.int(Math.max(1, rows.length))]?.question ?? 'one and one is two.'}`;
    if (draw < leak + (1 - leak) * (world.nonsense ?? 0))
      return rng.pick([
        asked.slice(0, 200),
        'What do you think?',
        'First guess: 12',
        `${parent} First of all ${rng.pick(DOINGS)}`,
        `Mind ${rng.pick(DOINGS)} ${rng.pick(BEFORE)}`,
      ]);
    const style = styles.length > 0 ? rng.pick(styles) : undefined;
    if (style && rng.float() < 0.7) return `${parent} ${style.sentence}`;
    return `Answer what is asked, weighing point ${rng.int(10_000)} with idea ${i}.`;
  });
}

/** The instruction with one sentence more; that sentence helps, harms or does nothing, see `truth.ts`. */
function refined({ world, rows, rng, asked }: Desk): string {
  const parent = parentIn(asked);
  const shown = rows.find((row) => row.question !== '' && asked.includes(row.question));
  if (rng.float() < ((shown ? world.leakShown : world.leak) ?? 0) && shown) return `${parent} As in: ${shown.question}`;
  if (world.effects.refined !== undefined) return `Answer the question refinedly, minding point ${rng.int(1000)}.`;
  return `${parent} Pay heed to ${rng.pick(DOINGS)} ${rng.pick(BEFORE)}.`;
}

function madeRow(rng: Rng, wrong: number) {
  const [a, b] = [2 + rng.int(40), 2 + rng.int(40)];
  const claimed = a + b + (rng.float() < wrong ? 1 + rng.int(4) : 0);
  return {
    facts: 'two heaps',
    question: `Somebody adds ${a} and ${b} stones in heap ${rng.int(1000)}. How many are there?`,
    working: `${a} + ${b}`,
    answer: String(claimed),
  };
}

const madeInput = (rng: Rng) => ({ input: `Write to customer ${rng.int(1000)} about order ${rng.int(1000)}.` });

/** Judging: a virtue is met when the draft names it; of two drafts the one with more of them wins, the first when equal. */
function letters({ request, asked }: Desk): string {
  const { of = ['y', 'n'], count = 1 } = (request as Lettered).letters ?? {};
  const drafts = [...asked.matchAll(/This draft is ([\w, ]*)\./g)].map((m) => new Set(m[1]!.split(/, /)));
  if ((request.purpose as string) === 'compare') {
    const [a, b] = [drafts.at(-2)?.size ?? 0, drafts.at(-1)?.size ?? 0];
    return (a >= b ? of[0]! : (of[1] ?? of[0]!)).repeat(count);
  }
  const criteria = [...asked.matchAll(/Is the text (\w+)\?/g)].map((m) => m[1]!);
  return Array.from({ length: count }, (_, i) => ((drafts.at(-1)?.has(criteria[i] ?? '') ?? true) ? of[0]! : (of[1] ?? of[0]!))).join('');
}
