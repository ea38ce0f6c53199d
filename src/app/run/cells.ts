/** Cells of the grid as short codes, so that a draw compares strings and touches only what changed. Pure. */
import type { Answer, RunState } from '../../promptwizard/state.ts';
import { counts, FLIP_MARK, flipOf, tieOf } from './scores.ts';

/** First letter: r right, p partly, w wrong, u unreadable, e not counted because the person's own code failed. Second: w won, l lost, s same, or - where there is no start to compare with. '': not asked. */
export type Cell = string;

function cellCode(answer: Answer | undefined, start: Answer | undefined, tie: number): Cell {
  if (!answer) return '';
  const fill = answer.read === null ? 'u' : answer.score > 0.95 ? 'r' : answer.score < 0.05 ? 'w' : 'p';
  return fill + (!start ? '-' : flipOf(answer.score, start.score, tie)[0]!);
}

export function cellsOf(state: RunState, candidate: string, rows: readonly string[]): Cell[] {
  const own = state.candidates[candidate]?.answers ?? {};
  const start = candidate === 'c0' ? {} : (state.candidates['c0']?.answers ?? {});
  const tie = tieOf(state);
  return rows.map((row) => (own[row] && !counts(state, row) ? 'e-' : cellCode(own[row], start[row], tie)));
}

const FILL: Readonly<Record<string, string>> = { r: 'right', p: 'partly right', w: 'wrong', u: 'unreadable', e: 'not counted' };
const FLIP: Readonly<Record<string, string>> = {
  w: ', won against your prompt',
  l: ', lost against your prompt',
  s: ', same as your prompt',
};

export const cellWords = (cell: Cell): string => (cell === '' ? 'not asked' : `${FILL[cell[0]!]}${FLIP[cell[1]!] ?? ''}`);

/** The sign in the cell: colour never speaks alone. */
export function cellMark(cell: Cell): string {
  if (cell === '') return '';
  if (cell[1] === 'w') return FLIP_MARK.won;
  if (cell[1] === 'l') return FLIP_MARK.lost;
  if (cell[1] === 's') return FLIP_MARK.same;
  return cell[0] === 'u' ? '?' : cell[0] === 'e' ? '!' : '';
}
