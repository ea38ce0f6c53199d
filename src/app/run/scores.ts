/** Scores that may be compared: a candidate against the start, on rows asked of both. Pure. */
import type { Answer, RunState } from '../../promptwizard/state.ts';

/** Scores nearer than this are a tie: half a criterion where a judge counts those (method, section 0). */
export function tieOf(state: RunState): number {
  const metric = state.task?.metric;
  return metric?.kind === 'checklist' ? 0.5 / Math.max(1, metric.criteria.length) : 0.05;
}

export type Flip = 'won' | 'lost' | 'same';

export const flipOf = (score: number, start: number, tie: number): Flip =>
  score - start > tie ? 'won' : start - score > tie ? 'lost' : 'same';

export const FLIP_MARK: { readonly [K in Flip]: string } = { won: '▲', lost: '▼', same: '·' };

export interface Shared {
  rows: number;
  wins: number;
  losses: number;
  /** [0,1], means over the shared rows; 0 when there are none. */
  mean: number;
  startMean: number;
}

/** Whether a row counts: where the person's own code failed on it, for whichever candidate, it counts for none. */
export const counts = (state: RunState, row: string): boolean => state.faulty[row] === undefined;

/** `candidate` against `c0` on the rows that both have answered and that count. */
export function sharedScores(state: RunState, candidate: string): Shared {
  const own = state.candidates[candidate]?.answers ?? {};
  const start = state.candidates['c0']?.answers ?? {};
  const shared: Shared = { rows: 0, wins: 0, losses: 0, mean: 0, startMean: 0 };
  for (const [row, answer] of Object.entries(own)) {
    const base = start[row];
    if (!base || !counts(state, row)) continue;
    shared.rows++;
    shared.mean += answer.score;
    shared.startMean += base.score;
    const flip = flipOf(answer.score, base.score, tieOf(state));
    if (flip === 'won') shared.wins++;
    else if (flip === 'lost') shared.losses++;
  }
  if (shared.rows > 0) {
    shared.mean /= shared.rows;
    shared.startMean /= shared.rows;
  }
  return shared;
}

/** Running sum of won minus lost rows, in the rows' shared order, starting at 0. */
export function pairedPath(state: RunState, candidate: string): number[] {
  const own = state.candidates[candidate]?.answers ?? {};
  const start = state.candidates['c0']?.answers ?? {};
  const path = [0];
  for (const row of rowOrder(state)) {
    const [a, b] = [own[row], start[row]];
    if (!a || !b || !counts(state, row)) continue;
    const flip = flipOf(a.score, b.score, tieOf(state));
    path.push(path[path.length - 1]! + (flip === 'won' ? 1 : flip === 'lost' ? -1 : 0));
  }
  return path;
}

/** Rows as the run asks them: race, fresh, verdict; then practice rows and whatever else was answered. */
export function rowOrder(state: RunState): string[] {
  const order = state.split ? [...state.split.race, ...state.split.fresh, ...state.split.verdict] : [];
  const seen = new Set(order);
  for (const { answers } of Object.values(state.candidates))
    for (const row of Object.keys(answers)) {
      if (seen.has(row)) continue;
      seen.add(row);
      order.push(row);
    }
  return order;
}

/** Those of `rowOrder` that any candidate has answered. */
export function askedRows(state: RunState): string[] {
  const asked = new Set(Object.values(state.candidates).flatMap(({ answers }) => Object.keys(answers)));
  return rowOrder(state).filter((row) => asked.has(row));
}

/** The candidate that the page compares with the start: the accepted one, else the leader of those on most rows. */
export function leaderOf(state: RunState): string | null {
  if (state.result && state.result.verdict.challenger !== 'c0') return state.result.verdict.challenger;
  if (state.incumbent !== 'c0') return state.incumbent;
  let best: { id: string; lead: number; rows: number } | null = null;
  for (const id of state.order) {
    if (id === 'c0') continue;
    const { wins, losses, rows } = sharedScores(state, id);
    if (rows === 0) continue;
    const lead = wins - losses;
    if (!best || lead > best.lead || (lead === best.lead && rows > best.rows)) best = { id, lead, rows };
  }
  return best?.id ?? null;
}

export interface Changed {
  row: string;
  flip: 'won' | 'lost';
  before: Answer;
  after: Answer;
}

/** The rows that a result compares on: those of the verdict where any were asked, else what the run came to before. */
export function comparedPart(state: RunState, challenger: string): Answer['part'] {
  const asked = new Set(Object.values(state.candidates[challenger]?.answers ?? {}).map(({ part }) => part));
  return (['verdict', 'fresh'] as const).find((part) => asked.has(part)) ?? 'race';
}

/** Rows of the given part whose score differs between the start and `candidate`; won first. */
export function changedRows(state: RunState, candidate: string, part?: Answer['part']): Changed[] {
  const own = state.candidates[candidate]?.answers ?? {};
  const start = state.candidates['c0']?.answers ?? {};
  const changed: Changed[] = [];
  for (const [row, after] of Object.entries(own)) {
    const before = start[row];
    if (!before || !counts(state, row) || (part && after.part !== part)) continue;
    const preferred = part === undefined ? undefined : state.preferred[row];
    // The verdict of an open task goes by preference.
    const flip =
      preferred === undefined
        ? flipOf(after.score, before.score, tieOf(state))
        : preferred > 0.5
          ? 'won'
          : preferred < 0.5
            ? 'lost'
            : 'same';
    if (flip !== 'same') changed.push({ row, flip, before, after });
  }
  return changed.sort((a, b) => (a.flip === b.flip ? 0 : a.flip === 'won' ? -1 : 1));
}
