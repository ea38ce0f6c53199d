/** All that a run tells. The page, resume, replay, log and exports read this one list; see `state.ts` for its sum. */
import type { Finish, Purpose } from './llm.ts';
import type { ArmScore, Candidate, MetricSpec, OptimizeInput, Paired, Row, RunResult, Verdict } from './types.ts';

export type Phase =
  | 'understand'
  | 'make-rows'
  | 'race'
  | 'mutate'
  | 'fresh'
  | 'critique'
  | 'refine'
  | 'examples'
  | 'reason'
  | 'persona'
  | 'keywords'
  | 'verdict'
  | 'free-baseline';

/** Why a text that the model or the code proposed never became a candidate. */
export type RejectReason =
  | 'unreadable'
  | 'cut'
  | 'seen'
  | 'near-duplicate'
  | 'placeholder-lost'
  | 'label-lost'
  | 'mark-lost'
  | 'too-long'
  | 'echo'
  | 'leaks-row'
  | 'question'
  | 'not-an-instruction'
  | 'names-a-model'
  /** Another script than the prompt's. */
  | 'other-language'
  /** Says the same over and over. */
  | 'loops'
  /** A worked example that does not hang together. */
  | 'incoherent';

/** Why a row is not used. `detail` names the row by number and what is missing. */
export interface SetAside {
  row: string;
  reason: 'duplicate' | 'conflict' | 'missing-value' | 'no-answer' | 'does-not-fit' | 'empty';
  detail: string;
}

export type RunEvent =
  | { type: 'run-started'; input: OptimizeInput; version: string }
  | {
      type: 'split';
      race: string[];
      fresh: string[];
      heldOut: string[];
      verdict: string[];
      setAside: SetAside[];
    }
  | { type: 'task'; metric: MetricSpec | null; metricFrom: 'user' | 'rows' | 'model'; contract: string; description: string }
  /** Calls the run may make in all and calls set aside for the verdict. */
  | { type: 'budget'; maxCalls: number; reserved: number; forecastCalls: number }
  /** `forecastCalls`: calls still to come, kept honest while the run goes on. */
  | { type: 'phase'; phase: Phase; round: number; candidates: string[]; rows: number; forecastCalls: number }
  | {
      type: 'call';
      n: number;
      purpose: Purpose;
      hash: string;
      tokensIn: number;
      tokensOut: number;
      ms: number;
      finish: Finish;
      candidate?: string;
      row?: string;
    }
  | { type: 'rows-made'; position: number; rows: Row[]; dropped: { question: string; reason: string }[] }
  | { type: 'rows-reviewed'; position: number; rows: Row[] }
  | { type: 'candidate'; candidate: Candidate; text: string; tokens: number }
  | {
      type: 'rejected';
      source: 'mutate' | 'critique' | 'refine' | 'persona' | 'keywords' | 'reason' | 'examples';
      text: string;
      reason: RejectReason;
    }
  | {
      type: 'scored';
      candidate: string;
      row: string;
      /** [0,1] */
      score: number;
      /** What was read from the output; null: unreadable. */
      read: string | null;
      output: string;
      finish: Finish;
      /** Answered inside this run before: no call was made. */
      reused: boolean;
      part: 'race' | 'fresh' | 'verdict' | 'practice';
      /** The user's own metric failed on this row: it counts for no candidate. */
      error?: string;
    }
  /** Two replies to a row side by side: `share` 1 when the candidate's was preferred in both orders, 0 the other's, 0.5 neither. */
  | { type: 'preferred'; candidate: string; against: string; row: string; share: number }
  | { type: 'rung'; round: number; rung: number; rows: number; kept: string[]; dropped: string[]; callsSaved: number }
  | { type: 'headroom'; mean: number; rows: number; unreadable: number; enough: boolean }
  | { type: 'acceptance'; candidate: string; against: string; wins: number; losses: number; ties: number; accepted: boolean; step: Phase }
  | { type: 'critique'; candidate: string; causes: string[] }
  | { type: 'verdict-look'; look: 1 | 2; comparison: Paired; bound: number; decided: boolean; power: number | null }
  | { type: 'arm'; arm: ArmScore; part: 'verdict' | 'fresh' | 'race' }
  | { type: 'verdict'; verdict: Verdict }
  /** Something a person may want to know that changed nothing they typed. */
  | { type: 'note'; code: string; text: string }
  | { type: 'done'; result: RunResult };
