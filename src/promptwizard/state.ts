/** The sum of a run's events. Pure: the page, history and tests fold the same list to the same state. */
import type { Phase, RejectReason, RunEvent, SetAside } from './events.ts';
import type { Finish } from './llm.ts';
import type { ArmScore, Candidate, MetricSpec, OptimizeInput, Paired, Row, RunResult, Verdict } from './types.ts';

export interface Answer {
  score: number;
  read: string | null;
  output: string;
  finish: Finish;
  part: 'race' | 'fresh' | 'verdict' | 'practice';
  /** The user's own code failed on this answer: there is no score, and the row is faulty. */
  error?: string;
}

export interface CandidateState {
  candidate: Candidate;
  /** The whole prompt text, contract included. */
  text: string;
  tokens: number;
  /** By row id. */
  answers: Record<string, Answer>;
  /** racing: in the race now. dropped: left it. accepted, declined: met the rule of acceptance. */
  status: 'made' | 'racing' | 'dropped' | 'accepted' | 'declined';
}

export interface LogLine {
  seq: number;
  event: RunEvent;
}

export interface RunState {
  seq: number;
  input: OptimizeInput | null;
  split: { race: string[]; fresh: string[]; heldOut: string[]; verdict: string[]; setAside: SetAside[] } | null;
  task: { metric: MetricSpec | null; metricFrom: 'user' | 'rows' | 'model'; contract: string; description: string } | null;
  phase: { phase: Phase; round: number; candidates: string[]; rows: number } | null;
  /** Ids in the order of making. */
  order: string[];
  candidates: Record<string, CandidateState>;
  /** By id, rows on which the user's own code failed, for whichever candidate: they count for none. */
  faulty: Record<string, true>;
  /** The best accepted so far. */
  incumbent: string;
  practice: { position: number; rows: Row[]; dropped: { question: string; reason: string }[]; reviewed: boolean } | null;
  budget: {
    maxCalls: number;
    reserved: number;
    calls: number;
    /** Still to come, as the run last forecast. */
    forecastCalls: number;
    tokensIn: number;
    tokensOut: number;
    ms: number;
    reused: number;
    callsSaved: number;
  };
  headroom: { mean: number; rows: number; unreadable: number; enough: boolean } | null;
  /** Proposals of the model that were turned away, by reason. */
  rejected: Partial<Record<RejectReason, number>>;
  /** Answers to rows that count as wrong for another reason than what they say. */
  failed: { cut: number; unreadable: number };
  notes: { code: string; text: string }[];
  comparison: Paired | null;
  /** Open tasks, by row of the verdict: 1 the winner's reply was preferred, 0 the start's, 0.5 neither. */
  preferred: Record<string, number>;
  arms: ArmScore[];
  verdict: Verdict | null;
  result: RunResult | null;
  /** Everything but calls and single scores, newest last. */
  log: LogLine[];
}

export const emptyState = (): RunState => ({
  seq: 0,
  input: null,
  split: null,
  task: null,
  phase: null,
  order: [],
  candidates: {},
  faulty: {},
  incumbent: 'c0',
  practice: null,
  budget: { maxCalls: 0, reserved: 0, calls: 0, forecastCalls: 0, tokensIn: 0, tokensOut: 0, ms: 0, reused: 0, callsSaved: 0 },
  headroom: null,
  rejected: {},
  failed: { cut: 0, unreadable: 0 },
  notes: [],
  comparison: null,
  preferred: {},
  arms: [],
  verdict: null,
  result: null,
  log: [],
});

/** Changes `state` in place and returns it: a run has thousands of events, and the page folds each once. */
export function reduce(state: RunState, event: RunEvent): RunState {
  const seq = state.seq++;
  if (event.type !== 'call' && event.type !== 'scored') state.log.push({ seq, event });
  switch (event.type) {
    case 'run-started':
      state.input = event.input;
      break;
    case 'split':
      state.split = {
        race: event.race,
        fresh: event.fresh,
        heldOut: event.heldOut,
        verdict: event.verdict,
        setAside: event.setAside,
      };
      break;
    case 'task':
      state.task = {
        metric: event.metric,
        metricFrom: event.metricFrom,
        contract: event.contract,
        description: event.description,
      };
      break;
    case 'budget':
      state.budget.maxCalls = event.maxCalls;
      state.budget.reserved = event.reserved;
      state.budget.forecastCalls = event.forecastCalls;
      break;
    case 'phase':
      state.phase = { phase: event.phase, round: event.round, candidates: event.candidates, rows: event.rows };
      state.budget.forecastCalls = event.forecastCalls;
      if (event.phase === 'race') for (const id of event.candidates) setStatus(state, id, 'racing');
      break;
    case 'call':
      state.budget.calls++;
      state.budget.forecastCalls = Math.max(0, state.budget.forecastCalls - 1);
      state.budget.tokensIn += event.tokensIn;
      state.budget.tokensOut += event.tokensOut;
      state.budget.ms += event.ms;
      break;
    case 'rows-made':
      state.practice = { position: event.position, rows: event.rows, dropped: event.dropped, reviewed: false };
      break;
    case 'rows-reviewed':
      state.practice = { position: event.position, rows: event.rows, dropped: state.practice?.dropped ?? [], reviewed: true };
      break;
    case 'candidate':
      state.order.push(event.candidate.id);
      state.candidates[event.candidate.id] = {
        candidate: event.candidate,
        text: event.text,
        tokens: event.tokens,
        answers: {},
        status: 'made',
      };
      break;
    case 'rejected':
      state.rejected[event.reason] = (state.rejected[event.reason] ?? 0) + 1;
      break;
    case 'scored': {
      const { score, read, output, finish, part, error } = event;
      const found = state.candidates[event.candidate];
      if (found) found.answers[event.row] = { score, read, output, finish, part, ...(error === undefined ? {} : { error }) };
      if (error !== undefined) state.faulty[event.row] = true;
      if (event.reused) state.budget.reused++;
      else if (event.finish !== 'stop' && event.read === null) state.failed.cut++;
      else if (event.read === null && event.error === undefined) state.failed.unreadable++;
      break;
    }
    case 'rung':
      state.budget.callsSaved += event.callsSaved;
      for (const id of event.dropped) setStatus(state, id, 'dropped');
      break;
    case 'headroom':
      state.headroom = { mean: event.mean, rows: event.rows, unreadable: event.unreadable, enough: event.enough };
      break;
    case 'acceptance':
      setStatus(state, event.candidate, event.accepted ? 'accepted' : 'declined');
      if (event.accepted) state.incumbent = event.candidate;
      break;
    case 'critique':
      break;
    case 'preferred':
      state.preferred[event.row] = event.share;
      break;
    case 'verdict-look':
      state.comparison = event.comparison;
      break;
    case 'arm':
      state.arms.push(event.arm);
      break;
    case 'verdict':
      state.verdict = event.verdict;
      break;
    case 'note':
      state.notes.push({ code: event.code, text: event.text });
      break;
    case 'done':
      state.result = event.result;
      state.budget.forecastCalls = 0;
      state.phase = null;
      break;
  }
  return state;
}

function setStatus(state: RunState, id: string, status: CandidateState['status']): void {
  const found = state.candidates[id];
  // The start, and whoever was accepted, stay what they are when they leave a later race.
  if (found && id !== 'c0' && !(found.status === 'accepted' && status !== 'declined')) found.status = status;
}
