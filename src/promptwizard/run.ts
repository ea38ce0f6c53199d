/** One run while it lasts: its candidates, answers and spending, and the two ways to spend: `call` and `ask`. */
import { BudgetSpent } from './errors.ts';
import type { Phase, RunEvent } from './events.ts';
import { StoppedError, type Deps, type Finish, type JsonSchema, type Llm, type LlmReply, type LlmRequest, type Purpose } from './llm.ts';
import type { Reading, RunUntrusted } from './metrics/kind.ts';
import { readingOf, type Metric } from './metrics/metric.ts';
import { PLANS, type Plan, type Split } from './plans.ts';
import { deriveSeed } from './random.ts';
import { promptText, renderMessages } from './render.ts';
import type { Step, StepCalls } from './budget.ts';
import type { Candidate, ChatMessage, OptimizeInput, Row } from './types.ts';

export type Part = 'race' | 'fresh' | 'verdict' | 'practice';

export interface Scored {
  score: number;
  read: string | null;
  output: string;
  finish: Finish;
  tokensIn: number;
  tokensOut: number;
  /** The user's own code failed on this row: it counts for no candidate. */
  error?: string;
}

/** A cut reply is a failure, unless its answer mark was already closed: then the contract was kept before the cut. */
export const isWhole = ({ finish, text }: Pick<LlmReply, 'finish' | 'text'>): boolean =>
  finish === 'stop' || (finish === 'length' && /<\/\s*answer\s*>/i.test(text));

/** Steps are generators of events that return what the next step needs. */
export type Steps<T> = AsyncGenerator<RunEvent, T>;

/** Purposes that the verdict is made of. */
const ANSWERS: ReadonlySet<Purpose> = new Set<Purpose>(['solve', 'judge', 'compare']);

/** Kept free around prompt and reply for the chat template's own tokens. */
const TEMPLATE_TOKENS = 48;

export class Run {
  /** As asked for; fewer entrants when `max_calls` does not pay for all. */
  plan: Plan;
  readonly candidates = new Map<string, Candidate>();
  readonly texts = new Map<string, { text: string; tokens: number }>();
  readonly answers = new Map<string, Map<string, Scored>>();
  /** Normalised texts that were candidates or were turned away. */
  readonly seen = new Set<string>();
  /** Ids of styles used by code so far: a draw without replacement over the run. */
  readonly usedStyles = new Set<string>();
  readonly declined: string[] = [];
  /** Rows on which the user's own code failed, for whichever candidate. */
  private readonly faulty = new Set<string>();
  /** Rows that a call was shown before the split: they belong to the race. */
  readonly shown = new Set<string>();
  split: Split = { race: [], fresh: [], heldOut: [], verdict: [] };
  metric: Metric | null = null;
  /** Open tasks: how a reply is scored. */
  judge: ((candidate: Candidate, row: Row, output: string) => Steps<Reading>) | null = null;
  contract = '';
  description = '';
  incumbent = 'c0';
  calls = 0;
  tokensIn = 0;
  tokensOut = 0;
  ms = 0;
  /** Spent on answering rows: what each call of the verdict will cost. */
  private readonly solved = { calls: 0, tokens: 0, ms: 0 };
  maxCalls = Infinity;
  reserved = 0;
  inVerdict = false;
  private readonly ahead: StepCalls = { understand: 0, rows: 0, mutate: 0, race: 0, fresh: 0, refine: 0, examples: 0, more: 0, verdict: 0 };
  private readonly replies = new Map<string, LlmReply>();
  private writes = 0;

  readonly untrusted: RunUntrusted = (request) => this.deps.runUntrusted(request);

  constructor(
    readonly input: OptimizeInput,
    private readonly llm: Llm,
    readonly deps: Deps,
  ) {
    this.plan = PLANS[input.plan];
  }

  get settings() {
    return this.input.settings;
  }
  get task() {
    return { system: this.input.task.system, contract: this.contract };
  }
  /** All that the user asks for, in one text: of a prompt that is only `{{text}}` the system message says it. */
  get request(): string {
    const { prompt, system } = this.input.task;
    return system?.trim() ? `${system.trim()}\n\n${prompt}` : prompt;
  }
  get start(): Candidate {
    return this.candidate('c0');
  }
  candidate(id: string): Candidate {
    const found = this.candidates.get(id);
    if (!found) throw new Error(`no candidate ${id}`);
    return found;
  }
  seedFor(...labels: (string | number)[]): number {
    return deriveSeed(this.input.seed, ...labels);
  }
  count(text: string): number {
    return this.deps.countTokens(text);
  }

  /** Calls still to come. A step that begins hands in its own number; steps that are over count nothing. */
  plannedAhead(): number {
    const sum = Object.values(this.ahead).reduce((a, b) => a + b, 0);
    return Math.max(0, Math.min(sum, this.maxCalls - this.calls));
  }
  setAhead(steps: Partial<StepCalls>): void {
    Object.assign(this.ahead, steps);
  }
  phase(phase: Phase, round: number, candidates: string[], rows: number, step: Step, calls = this.ahead[step]): RunEvent {
    this.ahead[step] = calls;
    const event: RunEvent = { type: 'phase', phase, round, candidates, rows, forecastCalls: this.plannedAhead() };
    // What this step spends is counted off by its calls; from here on it is no longer ahead.
    this.ahead[step] = 0;
    return event;
  }

  /** Calls the search may still make. */
  searchCallsLeft(): number {
    return Math.max(0, this.maxCalls - this.reserved - this.calls);
  }

  private checkBudget(): void {
    const { maxTokensTotal, maxMinutes } = this.settings;
    const reserved = this.inVerdict ? 0 : this.reserved;
    const { calls, tokens, ms } = this.solved;
    // A reserved call will cost what answering a row has cost so far; too few answers tell nothing.
    const each = calls >= 5 ? reserved / calls : 0;
    if (this.calls + 1 > this.maxCalls - reserved) throw new BudgetSpent('calls');
    if (maxTokensTotal !== null && this.tokensIn + this.tokensOut + each * tokens >= maxTokensTotal) throw new BudgetSpent('tokens');
    if (maxMinutes !== null && (this.ms + each * ms) / 60_000 >= maxMinutes) throw new BudgetSpent('minutes');
  }

  /** Makes one request, or answers it from this run's own replies. `reused` when no call was made. */
  async *call(request: LlmRequest, about: { candidate?: string; row?: string } = {}): Steps<{ reply: LlmReply; reused: boolean }> {
    const key = JSON.stringify(request);
    const known = this.replies.get(key);
    if (known) return { reply: known, reused: true };
    if (this.deps.stopped(this.calls)) throw new StoppedError();
    this.checkBudget();
    const reply = await this.llm(request);
    this.replies.set(key, reply);
    const n = this.calls++;
    this.tokensIn += reply.tokensIn;
    this.tokensOut += reply.tokensOut;
    this.ms += reply.ms;
    if (ANSWERS.has(request.purpose)) {
      this.solved.calls++;
      this.solved.tokens += reply.tokensIn + reply.tokensOut;
      this.solved.ms += reply.ms;
    }
    const { hash, tokensIn, tokensOut, ms, finish } = reply;
    yield { type: 'call', n, purpose: request.purpose, hash, tokensIn, tokensOut, ms, finish, ...about };
    return { reply, reused: false };
  }

  /** A call that writes: at the user's temperature, each with its own seed. */
  async *write(purpose: Purpose, messages: ChatMessage[], maxTokens: number, schema?: JsonSchema): Steps<LlmReply> {
    const temperature = this.settings.temperature;
    const seed = temperature === 0 ? 0 : this.seedFor('call', purpose, this.writes++);
    const room = this.roomFor(messages);
    if (room < 16) return { text: '', finish: 'refused', tokensIn: 0, tokensOut: 0, ms: 0, hash: '' };
    const limit = Math.min(maxTokens, this.settings.maxTokens, room);
    const request: LlmRequest = { purpose, messages, ...(schema ? { schema } : {}), maxTokens: limit, temperature, seed };
    return (yield* this.call(request)).reply;
  }

  /** New tokens that fit beside these messages. */
  roomFor(messages: readonly ChatMessage[]): number {
    const used = messages.reduce((sum, m) => sum + this.count(m.content) + 4, TEMPLATE_TOKENS);
    return this.input.model.contextSize - used;
  }

  solveRequest(messages: ChatMessage[]): LlmRequest | null {
    const cap = Math.min(this.settings.maxTokens, this.plan.replyCap ?? Infinity);
    const maxTokens = Math.min(cap, this.roomFor(messages));
    if (maxTokens < Math.min(16, cap)) return null;
    return { purpose: 'solve', messages, maxTokens, temperature: 0, seed: 0 };
  }

  /** One row answered by one candidate, read and scored. A candidate is never asked a row that it shows. */
  async *ask(candidate: Candidate, row: Row, part: Part): Steps<Scored> {
    const known = this.answers.get(candidate.id)?.get(row.id);
    if (known) {
      yield this.scoredEvent(candidate, row, known, part, true);
      return known;
    }
    const request = this.solveRequest(renderMessages(candidate, row, this.task));
    let scored: Scored;
    let reused = true;
    if (request === null) scored = { score: 0, read: null, output: '', finish: 'refused', tokensIn: 0, tokensOut: 0 };
    else {
      const made = yield* this.call(request, { candidate: candidate.id, row: row.id });
      reused = made.reused;
      scored = yield* this.scoreOf(made.reply, candidate, row);
    }
    if (scored.error !== undefined) this.faulty.add(row.id);
    const own = this.answers.get(candidate.id) ?? new Map<string, Scored>();
    this.answers.set(candidate.id, own.set(row.id, scored));
    yield this.scoredEvent(candidate, row, scored, part, reused);
    return scored;
  }

  private async *scoreOf(reply: LlmReply, candidate: Candidate, row: Row): Steps<Scored> {
    const { finish, tokensIn, tokensOut, text: output } = reply;
    const { metric } = this;
    let reading: Reading = { read: null, score: 0 };
    if (metric && isWhole(reply))
      reading = metric.spec.kind === 'checklist' ? yield* this.judge!(candidate, row, output) : await this.reading(output, row);
    return { ...reading, output, finish, tokensIn, tokensOut };
  }

  /** By code alone, without a judge. Unreadable without a metric. */
  async reading(output: string, row: Row): Promise<Reading> {
    if (!this.metric) return { read: null, score: 0 };
    return readingOf(this.metric, output, row, this.untrusted);
  }

  private scoredEvent(candidate: Candidate, row: Row, s: Scored, part: Part, reused: boolean): RunEvent {
    const { score, read, output, finish, error } = s;
    return {
      type: 'scored',
      candidate: candidate.id,
      row: row.id,
      score,
      read,
      output,
      finish,
      reused,
      part,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** Takes a candidate in. Its id is the next free one. */
  *add(made: Omit<Candidate, 'id'>): Generator<RunEvent, Candidate> {
    const candidate: Candidate = { id: `c${this.candidates.size}`, ...made };
    const text = promptText(candidate, this.contract);
    const tokens = renderMessages(candidate, { question: '' }, this.task).reduce((sum, m) => sum + this.count(m.content), 0);
    this.candidates.set(candidate.id, candidate);
    this.texts.set(candidate.id, { text, tokens });
    yield { type: 'candidate', candidate, text, tokens };
    return candidate;
  }

  tokensOf(id: string): number {
    return this.texts.get(id)?.tokens ?? 0;
  }
  /** Whether the row counts: the user's own code, or the judge, failed on no candidate's reply to it. */
  counts(row: string): boolean {
    return !this.faulty.has(row);
  }
  /** undefined: not asked, or the row counts for nobody. */
  answerOf(id: string, row: string): Scored | undefined {
    return this.faulty.has(row) ? undefined : this.answers.get(id)?.get(row);
  }
  /** An open task: each answer is judged by a call of its own. */
  get judged(): boolean {
    return this.metric?.spec.kind === 'checklist';
  }
  get criteria(): readonly string[] {
    return this.metric?.spec.kind === 'checklist' ? this.metric.spec.criteria : [];
  }
  /** Calls that an answered row costs. */
  get callsPerRow(): number {
    return this.judged ? 2 : 1;
  }
  /** Two scores of a row differ when they are further apart than this: half a criterion, where a judge counts those. */
  get margin(): number {
    return this.judged ? 0.5 / Math.max(1, this.criteria.length) : 0.05;
  }
  /** Whether the rule against scoring on one's own examples lets the candidate be asked this row. */
  mayAsk(candidate: Candidate, row: Row): boolean {
    return !candidate.demos.some((demo) => demo.rowId === row.id);
  }
}
