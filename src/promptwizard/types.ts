/**
 * The nouns of the method. Everything here is plain data: it survives JSON and structured clone, so that events,
 * the store, exports and the page share it.
 */
import type { Settings } from './settings.ts';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** One example of the task. `question` is empty when every variable of the prompt is in `inputs`. */
export interface Row {
  id: string;
  question: string;
  inputs?: Record<string, string>;
  answer?: string;
  reasoning?: string;
  origin: 'user' | 'synthetic';
}

/** How a final answer is read and compared. Each kind is one file in `metrics/`. */
export type MetricSpec =
  | { kind: 'exact' }
  | { kind: 'number'; tolerance?: number; relative?: number }
  | { kind: 'choice'; letters: string[] }
  /** `synonyms`: by label, other words that mean it. */
  | { kind: 'label'; labels: string[]; synonyms?: Record<string, string[]> }
  | { kind: 'contains' }
  | { kind: 'similarity' }
  /** What the pattern finds last is the answer: its first group that took part, else all of it. `{{answer}}` stands for the row's. */
  | { kind: 'regex'; pattern: string; flags?: string }
  /** `paths`: dotted, `items.0.name`; none: all of the row's answer. `schema`: the subset of `jsonSchema.ts`. */
  | { kind: 'json'; paths?: string[]; schema?: object }
  /** F1 over items in any order; with `threshold` in (0,1]: 1 from there on, else 0. */
  | { kind: 'set'; threshold?: number }
  /** A JavaScript function expression `(output, row) => number`, run where it can reach nothing. */
  | { kind: 'custom'; code: string }
  /** Open tasks: the share of yes/no criteria that the same model finds met. */
  | { kind: 'checklist'; criteria: string[] };
export type MetricKind = MetricSpec['kind'];

/** What the user wants done. `metric` absent: chosen by code from the answers of the rows. */
export interface Task {
  prompt: string;
  /** The user's own system message. Never replaced; with one there is no persona. */
  system?: string;
  /** In meta-prompts only, never in place of the prompt. */
  description?: string;
  answerFormat?: string;
  rows: Row[];
  metric?: MetricSpec;
}

export const PLAN_NAMES = ['trial', 'quick', 'standard', 'thorough'] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

/** What the method needs to know about the model that answers. `contextSize` in tokens, prompt and reply together. */
export interface ModelInfo {
  id: string;
  title: string;
  contextSize: number;
}

/** Everything that determines a run, apart from the replies: the same input and replies give the same events. */
export interface OptimizeInput {
  task: Task;
  settings: Settings;
  plan: PlanName;
  model: ModelInfo;
  /** Seeds every random choice. From the run's id unless the user set one. */
  seed: number;
}

export interface Demo {
  rowId: string;
  question: string;
  inputs?: Record<string, string>;
  answer: string;
  /** Absent: an answer-only demo. */
  reasoning?: string;
}

export type MadeBy =
  | { kind: 'start' }
  | { kind: 'contract' }
  | { kind: 'free-baseline' }
  /** An open task's checklist, put into the prompt. */
  | { kind: 'criteria' }
  | { kind: 'style'; style: string }
  | { kind: 'model'; styles: string[] }
  | { kind: 'refine'; cause: string }
  | { kind: 'demos'; reasoning: boolean; count: number }
  | { kind: 'persona' }
  | { kind: 'keywords' };

/** A prompt in the search. `id` is `c0`, `c1`, … in the order of making; `c0` is the user's prompt, byte for byte. */
export interface Candidate {
  id: string;
  /** The text before the answer contract. */
  instruction: string;
  /** Whether the task's answer contract is appended. Always false for `c0`. */
  contract: boolean;
  demos: Demo[];
  persona?: string;
  keywords?: string;
  parentId?: string;
  madeBy: MadeBy;
}

/** A candidate's averages over rows. `mean` in [0,1]; tokens are means per row. */
export interface ArmScore {
  candidate: string;
  mean: number;
  rows: number;
  unreadable: number;
  /** Labels only: F1 averaged over the labels that these rows have or were answered with, in [0,1]. */
  macroF1?: number;
  promptTokens: number;
  replyTokens: number;
}

/** Two candidates on the same rows. `difference` and `interval` in [-1,1], as challenger minus start. */
export interface Paired {
  rows: number;
  wins: number;
  losses: number;
  ties: number;
  difference: number;
  /** 95 %: Newcombe's paired interval for 0/1 scores, seeded bootstrap for others (from 20 rows on), else null. */
  interval: [number, number] | null;
  /** Exact two-sided sign test over won and lost rows. */
  pValue: number;
}

export type Outcome = 'better' | 'no-reliable-gain' | 'inconclusive' | 'not-measured' | 'stopped';

/** What the quality score was measured on; the first that applies. */
export type Quality = 'none' | 'judged' | 'synthetic' | 'selection' | 'held-out';

export interface Verdict {
  outcome: Outcome;
  /** Which rule decided, for the page's sentence. */
  reason:
    | 'winner-is-start'
    | 'not-ahead'
    | 'sign-test'
    | 'gain-below-one-point'
    | 'undecided'
    | 'undecided-kept-start'
    | 'free-baseline-does-as-well'
    | 'no-held-out-rows'
    | 'nothing-accepted'
    | 'hopeless'
    | 'not-measured'
    | 'stopped'
    | 'budget';
  /** How many of the two looks were taken. 0: no verdict rows were asked. */
  looks: number;
  /** The candidate delivered. */
  result: string;
  /** The winner of the search, which met the start. */
  challenger: string;
  start: ArmScore | null;
  final: ArmScore | null;
  /** null: not asked. */
  free: ArmScore | null;
  comparison: Paired | null;
  /** The delivered prompt against the free baseline, after `better` only. */
  againstFree: Paired | null;
  /** `inconclusive`: further held-out rows that would settle it at 80 % power. */
  moreRows: number | null;
}

/** A cheaper prompt beside the result. Its score is of the search, on rows that also chose it: likely too high. */
export interface Alternative extends ArmScore {
  optimizedPrompt: string;
}

/** What an optimization returns. */
export interface RunResult {
  originalPrompt: string;
  /** The messages to send, with `{{question}}` or the prompt's own variables left to fill. Scoring rendered these. */
  messages: ChatMessage[];
  /** The same as one text, for copying. */
  optimizedPrompt: string;
  improvements: string[];
  /** [0,1] */
  qualityScore: number;
  quality: Quality;
  verdict: Verdict;
  /** Nearly as good with replies as short as the start's; null when there is none. */
  alternative: Alternative | null;
  /** Seconds: the sum of the calls' durations. */
  processingTime: number;
  calls: number;
  tokensIn: number;
  tokensOut: number;
}
