/**
 * Which calls a run makes next, for an engine that takes several at once. The method asks one call after the other; but it
 * is a pure function of its replies, so a second one, given guesses where there are none yet, shows what it goes on to ask.
 * Rows are asked of a candidate whatever the answers are, until something is decided: there the looking ends. A wrong guess
 * costs a call that nobody needed, and never changes the run, which hears true replies only.
 */
import type { RunEvent } from '../promptwizard/events.ts';
import type { Deps, Llm, LlmReply, LlmRequest, Purpose, Question, Untrusted, UntrustedAnswer } from '../promptwizard/llm.ts';
import type { OptimizeInput, Row } from '../promptwizard/types.ts';

export type Optimize = (input: OptimizeInput, llm: Llm, deps: Deps) => AsyncGenerator<RunEvent>;

/** Calls that do not hang on the words of the replies before them. What is written next does. */
const ASKED_ANYWAY: ReadonlySet<Purpose> = new Set<Purpose>(['solve', 'judge', 'compare', 'coherence']);
/** Events that decide nothing. */
const GOING_ON: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>(['call', 'scored', 'preferred', 'candidate', 'rejected', 'note']);
/** Calls foreseen at one look. */
const MOST = 64;
/** The method runs in one go over known replies; the worker must get its breath. */
const BREATH_EVERY = 200;

export class Foresight {
  private readonly rows = new Map<number, Row[]>();
  private readonly answers = new Map<string, UntrustedAnswer>();
  private countTokens: Deps['countTokens'] = () => 0;

  constructor(
    private readonly optimize: Optimize,
    private readonly input: OptimizeInput,
  ) {}

  /** The run's own dependencies, of which is remembered what a look must not ask again. */
  remembering(deps: Deps): Deps {
    this.countTokens = (text) => deps.countTokens(text);
    return {
      ...deps,
      reviewRows: async (question) => {
        const rows = await deps.reviewRows(question);
        this.rows.set(question.position, rows);
        return rows;
      },
      runUntrusted: async (request) => {
        const answer = await deps.runUntrusted(request);
        this.answers.set(JSON.stringify(request), answer);
        return answer;
      },
    };
  }

  /** @param known the replies that the run has, by request @returns in the order in which they will be asked */
  async look(known: (request: LlmRequest) => LlmReply | undefined): Promise<LlmRequest[]> {
    const found: LlmRequest[] = [];
    let end: () => void = () => {};
    const over = new Promise<'over'>((resolve) => (end = () => resolve('over')));
    const never = () => {
      end();
      return new Promise<never>(() => {});
    };
    const llm = async (request: LlmRequest): Promise<LlmReply> => {
      const reply = known(request);
      if (reply) return reply;
      if (!ASKED_ANYWAY.has(request.purpose) || found.length >= MOST) return never();
      found.push(request);
      return guess(request);
    };
    const events = this.optimize(this.input, llm, {
      countTokens: (text) => this.countTokens(text),
      stopped: () => false,
      reviewRows: async ({ position }: Question) => this.rows.get(position) ?? never(),
      runUntrusted: async (request: Untrusted) => this.answers.get(JSON.stringify(request)) ?? NOTHING_READ[request.kind],
    });
    for (let taken = 1; ; taken++) {
      const next = await Promise.race([events.next(), over]);
      if (next === 'over' || next.done || (found.length > 0 && !GOING_ON.has(next.value.type))) return found;
      if (taken % BREATH_EVERY === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

const NOTHING_READ: { readonly [K in Untrusted['kind']]: UntrustedAnswer } = {
  function: { ok: true, value: 0 },
  pattern: { ok: true, value: null },
};

/** A verdict in letters can be read, and so is not asked again; an empty answer leads to no call about it. */
const guess = ({ letters }: LlmRequest): LlmReply => ({
  text: letters ? letters.of[0]!.repeat(letters.count) : '',
  finish: 'stop',
  tokensIn: 0,
  tokensOut: 0,
  ms: 0,
  hash: '',
});
