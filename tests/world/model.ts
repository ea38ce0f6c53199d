/**
 * SimulatedModel: a test double of a language model with known truth. Whether a row is answered right depends on what the
 * prompt contains and on seeded noise; the knobs make the nonsense that small models were measured to make.
 */
import type { Llm, LlmReply, LlmRequest } from '../../src/promptwizard/llm.ts';
import { createRng, deriveSeed } from '../../src/promptwizard/random.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import { STYLES } from '../../src/promptwizard/styles.ts';

export interface World {
  seed: number;
  /** Chance of a right answer of the bare prompt. */
  base: number;
  /** Added by each thing the prompt may contain; a style's id or a marker below. */
  effects: Partial<Record<'contract' | 'free' | 'demos' | 'chains' | 'persona' | 'keywords' | 'refined', number>> & {
    styles?: Record<string, number>;
  };
  /** Share of replies that end at the token limit, without a mark. */
  cut?: number;
  /** Share of replies to writing calls that no reader can use. */
  unreadable?: number;
  /** Share of written variants that copy a row, echo the request, or drop a placeholder. */
  nonsense?: number;
  /** Every row is as hard as every other when 0; else rows differ by up to this much. */
  spread?: number;
}

const hash = (text: string): string => deriveSeed(0, text).toString(16).padStart(8, '0');

export class SimulatedModel {
  readonly requests: LlmRequest[] = [];
  constructor(
    readonly world: World,
    readonly rows: readonly Row[],
  ) {}

  readonly llm: Llm = (request) => {
    this.requests.push(request);
    return Promise.resolve(this.reply(request));
  };

  private reply(request: LlmRequest): LlmReply {
    const key = JSON.stringify(request);
    const rng = createRng(deriveSeed(this.world.seed, key));
    const written = this.text(request, rng);
    const tokensIn = Math.ceil(request.messages.reduce((n, m) => n + m.content.length, 0) / 4);
    const tokensOut = Math.min(request.maxTokens, Math.ceil(written.text.length / 4));
    return {
      text: written.text,
      finish: written.cut ? 'length' : 'stop',
      tokensIn,
      tokensOut,
      ms: tokensIn + 10 * tokensOut,
      hash: hash(key),
    };
  }

  private text(request: LlmRequest, rng: ReturnType<typeof createRng>): { text: string; cut: boolean } {
    const { world } = this;
    const garbage = () => rng.pick(['', '{"variants": ["Sort the', 'I am sorry, but I', '```', '{"rows": 3}', '<think>hm, let me see']);
    if (request.purpose === 'solve' || request.purpose === 'reason') return this.solve(request, rng);
    if (rng.float() < (world.unreadable ?? 0)) return { text: garbage(), cut: rng.float() < 0.5 };
    const whole = (value: unknown) => ({ text: JSON.stringify(value), cut: false });
    switch (request.purpose) {
      case 'understand':
        return whole({ kind: 'number', answer_format: '', task: 'Count the things that are named.' });
      case 'mutate':
      case 'repair':
        return whole({ variants: Array.from({ length: 3 }, (_, i) => this.variant(request, rng, i)) });
      case 'critique':
        return whole({ causes: ['It answers before it has looked at all of the items.', 'It mixes up kinds of things.'] });
      case 'refine':
        return whole({ instruction: `Answer the question refinedly, minding point ${rng.int(1000)}.` });
      case 'persona':
        return whole({ persona: 'You are a patient accountant who counts twice.' });
      case 'keywords':
        return whole({ keywords: ['counting', 'kinds', 'care'] });
      case 'make-rows':
        return whole({ rows: Array.from({ length: 3 }, () => madeRow(rng)) });
    }
    return whole({});
  }

  private variant(request: LlmRequest, rng: ReturnType<typeof createRng>, i: number): string {
    if (rng.float() < (this.world.nonsense ?? 0))
      return rng.pick([
        request.messages[0]!.content,
        this.rows[rng.int(this.rows.length)]?.question ?? 'Why?',
        'What do you think?',
        'First guess: 12',
      ]);
    return `Answer what is asked, weighing point ${rng.int(10_000)} with idea ${i}.`;
  }

  private solve(request: LlmRequest, rng: ReturnType<typeof createRng>): { text: string; cut: boolean } {
    const { world } = this;
    if (rng.float() < (world.cut ?? 0)) return { text: 'Well, one could begin by looking at the first of the things and then', cut: true };
    const last = request.messages.at(-1)!.content;
    const row = this.rows.find((r) => r.question !== '' && last.includes(r.question));
    const madeTo = /adds (\d+) and (\d+)/.exec(last);
    const answer = row?.answer ?? (madeTo ? String(Number(madeTo[1]) + Number(madeTo[2])) : '0');
    const right = createRng(deriveSeed(world.seed, 'row', row?.id ?? last)).float() < this.chance(request, row);
    const given = right ? answer : String(Number(answer) + 1 + rng.int(3));
    const marked = last.includes('<answer>') ? `<answer>${given}</answer>` : given;
    return { text: last.includes('step by step') ? `There is one, then another, and so on to the end.\n${marked}` : marked, cut: false };
  }

  private chance(request: LlmRequest, row: Row | undefined): number {
    const { base, effects, spread = 0 } = this.world;
    const all = request.messages.map((m) => m.content).join('\n');
    let p = base + (row ? spread * (createRng(deriveSeed(this.world.seed, 'hard', row.id)).float() - 0.5) : 0);
    if (all.includes('<answer>')) p += effects.contract ?? 0;
    if (all.includes('Think step by step')) p += effects.free ?? 0;
    if (all.includes('refinedly')) p += effects.refined ?? 0;
    if (request.messages[0]!.role === 'system') p += effects.persona ?? 0;
    if (all.includes('What matters:')) p += effects.keywords ?? 0;
    const shown = request.messages.filter((m) => m.role === 'assistant').map((m) => m.content);
    if (shown.length > 0) p += (shown.some((s) => s.length > 60) ? effects.chains : effects.demos) ?? 0;
    for (const s of STYLES) if (all.includes(s.sentence)) p += effects.styles?.[s.id] ?? 0;
    return p;
  }
}

function madeRow(rng: ReturnType<typeof createRng>) {
  const a = 2 + rng.int(40);
  const b = 2 + rng.int(40);
  return {
    facts: 'two heaps',
    question: `Somebody adds ${a} and ${b} stones in heap ${rng.int(1000)}. How many are there?`,
    working: `${a} + ${b}`,
    answer: String(a + b),
  };
}

/** Rows of a counting task with words of their own. */
export function countingRows(n: number): Row[] {
  const things = ['pears', 'drums', 'goats', 'chairs', 'trumpets', 'plums', 'lamps', 'snails'];
  return Array.from({ length: n }, (_, i) => ({
    id: `r${i + 1}`,
    question: `Case ${i + 1}: I own ${2 + (i % 7)} ${things[i % 8]} and ${1 + ((i * 3) % 5)} ${things[(i + 3) % 8]}. How many things are there?`,
    answer: String(2 + (i % 7) + 1 + ((i * 3) % 5)),
    origin: 'user' as const,
  }));
}
