/**
 * SimulatedModel: a test double of a language model with known truth. Whether a row is answered right depends on what the
 * prompt contains and on seeded noise (`truth.ts`); what it writes is `written.ts`; the knobs are those of `World`.
 */
import type { Llm, LlmReply, LlmRequest } from '../../src/promptwizard/llm.ts';
import { createRng, deriveSeed } from '../../src/promptwizard/random.ts';
import type { ChatMessage, Row } from '../../src/promptwizard/types.ts';
import { textHash, uniform } from './chance.ts';
import { BAD_CHAIN, chanceOn, standing, truthOf, type Truth } from './truth.ts';
import { garbage, VIRTUES, written } from './written.ts';
import type { World } from './world.ts';

export { countingRows } from './rows.ts';
export type { World } from './world.ts';

interface Written {
  text: string;
  cut?: boolean;
  tokens?: number;
}

export class SimulatedModel {
  readonly requests: LlmRequest[] = [];
  /** Off in the bench: a hundred thousand requests are not kept. */
  record = true;
  private readonly byQuestion = new Map<string, Row>();
  private readonly truths = new Map<string, Truth>();

  constructor(
    readonly world: World,
    readonly rows: readonly Row[],
  ) {
    for (const row of rows) if (row.question !== '') this.byQuestion.set(row.question, row);
  }

  readonly llm: Llm = (request) => {
    if (this.record) this.requests.push(request);
    return Promise.resolve(this.reply(request));
  };

  /** The truth of a prompt, as it is sent with this row. */
  truth(messages: readonly ChatMessage[], question: string): Truth {
    const text = messages.at(-1)!.content.replace(question, () => '');
    let key = text;
    for (let i = 0; i < messages.length - 1; i++) key += `\n${messages[i]!.content}`;
    let found = this.truths.get(key);
    if (!found) this.truths.set(key, (found = truthOf(this.world, messages, text)));
    return found;
  }

  private reply(request: LlmRequest): LlmReply {
    const { messages, maxTokens, purpose } = request;
    const solves = (purpose as string) === 'solve' || purpose === 'reason';
    const { text, cut = false, tokens } = solves ? this.solve(request) : this.write(request);
    const tokensIn = Math.ceil(messages.reduce((n, m) => n + m.content.length, 0) / 4);
    const tokensOut = Math.min(maxTokens, tokens ?? Math.ceil(text.length / 4));
    const hash = `${textHash(messages.at(-1)!.content).toString(36)}.${request.seed}`;
    const reply = { text, finish: cut ? 'length' : 'stop', tokensIn, tokensOut, ms: tokensIn + 10 * tokensOut, hash } as const;
    const asked = (request as { letters?: { of: string[] } }).letters;
    // By letters the log-probabilities come too: nine to one.
    return asked ? Object.assign(reply, { probabilities: [...text].map((c) => asked.of.map((o) => (o === c ? 0.9 : 0.1 / Math.max(1, asked.of.length - 1)))) }) : reply; // prettier-ignore
  }

  private write(request: LlmRequest): Written {
    const { world, rows } = this;
    const rng = createRng(deriveSeed(world.seed, JSON.stringify(request)));
    if (rng.float() < (world.unreadable ?? 0)) return { text: garbage(rng), cut: rng.float() < 0.5 };
    const asked = request.messages.map((m) => m.content).join('\n');
    const value = written({ world, rows, rng, request, asked });
    if (typeof value === 'string') return { text: value };
    if (request.schema) return { text: JSON.stringify(value) };
    // Without a grammar: the texts between tags, as such prompts ask for them.
    const texts = Object.values(value as Record<string, unknown>).flat();
    return { text: texts.map((t) => `<START>${typeof t === 'string' ? t : JSON.stringify(t)}<END>`).join('\n') };
  }

  private solve(request: LlmRequest): Written {
    const { world } = this;
    const last = request.messages.at(-1)!.content;
    const row = this.rowIn(last);
    const question = row?.question ?? last.slice(last.lastIndexOf('\n\n') + 2);
    const truth = this.truth(request.messages, question);
    const place = textHash(row?.id ?? question);
    const draw = (use: number) => uniform(world.seed, use, place, truth.key, request.seed);
    const failed = this.failed(truth, draw(31), request.maxTokens);
    if (failed) return failed;
    const open = row ? row.answer === undefined : last.includes('Write to customer');
    if (open) return { text: `This draft is ${VIRTUES.filter((_, i) => draw(40 + i) < truth.right).join(', ')}.` };
    const madeTo = /adds (\d+) and (\d+)/.exec(question);
    const answer = row?.answer ?? (madeTo ? String(Number(madeTo[1]) + Number(madeTo[2])) : '0');
    // Told the answer, it gives steps to it, for better or worse.
    const told = /The (?:right )?answer is /.test(last);
    const right = told || standing(world, truth, place) < chanceOn(world, truth, question);
    const given = right ? answer : String(Number(answer) + 1 + Math.floor(3 * draw(32)));
    const marked = truth.contract ? `<answer>${given}</answer>` : given;
    if (truth.way !== 'reasons' && !told) return { text: marked, tokens: 10 };
    const chain = this.chain(place, truth, draw(34));
    return { ...chain, text: `${chain.text}\n${marked}` };
  }

  private chain(place: number, truth: Truth, length: number): Written {
    const bad = uniform(this.world.seed, 33, place, truth.key) < (this.world.badChains ?? 0);
    const text = bad ? `One looks at the things, and ${BAD_CHAIN} so many of them; on and on it goes.` : STEPS;
    return { text, tokens: 73 + Math.floor(56 * length) };
  }

  /** A reply without an answer, of the kind that the draw falls on. */
  private failed(truth: Truth, draw: number, maxTokens: number): Written | null {
    const { cut = 0, refused = 0, runaway = 0 } = this.world;
    if (draw >= truth.unreadable) return null;
    if (draw < cut) return { text: 'Well, one could begin by looking at the first of the things and then', cut: true };
    if (draw < cut + refused) return { text: 'I am sorry, but I cannot help with that.', tokens: 12 };
    if (draw < cut + refused + runaway) return { text: 'and one more, '.repeat(60), cut: true, tokens: maxTokens };
    return { text: 'There are several of them.', tokens: 8 };
  }

  private rowIn(text: string): Row | undefined {
    const tail = this.byQuestion.get(text.slice(text.lastIndexOf('\n\n') + 2));
    return tail ?? this.rows.find((row) => row.question !== '' && text.includes(row.question));
  }
}

const STEPS =
  'The question names several things, each with its number. First there is one kind, and its number is taken as it stands. Then comes the next kind, which is added to it. Nothing else is named, so the sum of both is the answer.';
