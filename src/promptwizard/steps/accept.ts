/**
 * The one rule of acceptance (method, section 3.2): leader against incumbent over race and fresh rows that both may be
 * scored on; wins − losses ≥ √(wins + losses), at least two wins, at least eight rows.
 */
import { BudgetSpent } from '../errors.ts';
import type { Phase } from '../events.ts';
import { freshRows, type Step } from '../budget.ts';
import { accepts } from '../stats.ts';
import type { Run, Steps } from '../run.ts';
import type { Candidate, Row } from '../types.ts';
import type { Split } from '../plans.ts';
import { prefer } from './judge.ts';

export interface Tally {
  wins: number;
  losses: number;
  ties: number;
}

/** Rows won, lost and tied by `a` against `b`, over those that both have answered; scores must differ by more than `run.margin`. */
export function tally(run: Run, a: string, b: string, rows: readonly Row[]): Tally {
  const sum: Tally = { wins: 0, losses: 0, ties: 0 };
  for (const row of rows) {
    const x = run.answerOf(a, row.id);
    const y = run.answerOf(b, row.id);
    if (!x || !y) continue;
    const difference = x.score - y.score;
    if (difference > run.margin) sum.wins++;
    else if (difference < -run.margin) sum.losses++;
    else sum.ties++;
  }
  return sum;
}

export const MIN_ROWS = 8;

/** Leader and incumbent on the fresh rows, then the rule. An accepted leader becomes the incumbent. */
export async function* accept(run: Run, leader: Candidate, split: Split, step: Phase, budget: Step = 'fresh'): Steps<boolean> {
  const incumbent = run.candidate(run.incumbent);
  const fresh = split.fresh.slice(0, freshRows(run.plan, split.fresh.length));
  const owed = [incumbent, leader].flatMap((c) => fresh.filter((row) => !run.answerOf(c.id, row.id))).length;
  yield run.phase('fresh', 0, [leader.id, incumbent.id], fresh.length, budget, owed * run.callsPerRow);
  for (const candidate of [incumbent, leader]) {
    for (const row of fresh) if (run.mayAsk(leader, row) && run.mayAsk(incumbent, row)) yield* run.ask(candidate, row, 'fresh');
  }
  return yield* decide(run, leader, split, step);
}

async function* decide(run: Run, leader: Candidate, split: Split, step: Phase): Steps<boolean> {
  const against = run.incumbent;
  const sum = tally(run, leader.id, against, [...split.race, ...split.fresh]);
  const enough = sum.wins + sum.losses + sum.ties >= MIN_ROWS;
  let accepted = enough && accepts(sum.wins, sum.losses);
  if (enough && !accepted && run.judged && sum.wins >= sum.losses && run.searchCallsLeft() >= 2 * split.fresh.length)
    accepted = yield* preferred(run, leader, run.candidate(against), split.fresh);
  yield { type: 'acceptance', candidate: leader.id, against, ...sum, accepted, step };
  if (accepted) run.incumbent = leader.id;
  else run.declined.push(leader.id);
  return accepted;
}

/**
 * Where the checklist can not tell two prompts apart, because both meet it, their replies to the fresh inputs are put
 * side by side: as many won in both orders as the rule asks for.
 */
async function* preferred(run: Run, leader: Candidate, incumbent: Candidate, rows: readonly Row[]): Steps<boolean> {
  let [wins, losses] = [0, 0];
  try {
    for (const row of rows) {
      const share = yield* prefer(run, leader, incumbent, row);
      if (share === null || share === 0.5) continue;
      if (share > 0.5) wins++;
      else losses++;
    }
  } catch (error) {
    // What was compared so far is too little to go by.
    if (error instanceof BudgetSpent) return false;
    throw error;
  }
  return accepts(wins, losses);
}

/** Calls of one challenge at most: race and fresh rows of the challenger, and what the incumbent still owes. */
export const challengeCalls = (run: Run, split: Split): number => {
  const owed = [...split.race, ...split.fresh].filter((row) => !run.answerOf(run.incumbent, row.id)).length;
  return (split.race.length + split.fresh.length + owed) * run.callsPerRow;
};

/**
 * A single new candidate meets the incumbent on the shared order of race rows, then on the fresh rows. It stops as soon
 * as no outcome of the rows left could be accepted.
 */
export async function* challenge(run: Run, child: Candidate, split: Split, step: Phase, budget: Step): Steps<boolean> {
  const incumbent = run.candidate(run.incumbent);
  const fresh = split.fresh.slice(0, freshRows(run.plan, split.fresh.length));
  const rows = [
    ...split.race.map((row) => ({ row, part: 'race' as const })),
    ...fresh.map((row) => ({ row, part: 'fresh' as const })),
  ].filter(({ row }) => run.mayAsk(child, row) && run.mayAsk(incumbent, row));
  yield run.phase(step, 0, [child.id, incumbent.id], rows.length, budget, challengeCalls(run, split));
  for (const [i, { row, part }] of rows.entries()) {
    yield* run.ask(incumbent, row, part);
    yield* run.ask(child, row, part);
    const { wins, losses } = tally(
      run,
      child.id,
      incumbent.id,
      rows.slice(0, i + 1).map((r) => r.row),
    );
    const best = wins + rows.length - i - 1;
    if (!accepts(best, losses)) break;
  }
  return yield* decide(run, child, split, step);
}
