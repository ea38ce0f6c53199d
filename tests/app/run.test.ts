import { beforeAll, describe, expect, it } from 'vitest';
import { cellMark, cellsOf, cellWords } from '../../src/app/run/cells.ts';
import { logWords, troubleWords } from '../../src/app/run/logWords.ts';
import { leftWords, littleToGain, progressOf } from '../../src/app/run/progress.ts';
import { askedRows, changedRows, comparedPart, leaderOf, pairedPath, rowOrder, sharedScores } from '../../src/app/run/scores.ts';
import { treeOf } from '../../src/app/run/tree.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { emptyState, reduce, type RunState } from '../../src/promptwizard/state.ts';
import { storedRun, type StoredRun } from './doubles/storedRun.ts';

const fold = (run: StoredRun, upTo = run.events.length): RunState => run.events.slice(0, upTo).reduce(reduce, emptyState());

let run: StoredRun;
let state: RunState;
beforeAll(async () => {
  run = await storedRun('run', { plan: 'standard', world: { base: 0.3, effects: { contract: 0.2, free: 0.3, demos: 0.3 } } });
  state = fold(run);
});

describe('scores against the start', () => {
  it('count only rows that both have answered', () => {
    for (const id of state.order) {
      const shared = sharedScores(state, id);
      const own = Object.keys(state.candidates[id]!.answers).filter((row) => row in state.candidates['c0']!.answers);
      expect(shared.rows).toBe(own.length);
      expect(shared.wins + shared.losses).toBeLessThanOrEqual(shared.rows);
    }
  });
  it('agree with the verdict on the verdict’s rows', () => {
    const { comparison, challenger } = state.result!.verdict;
    const changed = changedRows(state, challenger, 'verdict');
    expect(changed.filter(({ flip }) => flip === 'won')).toHaveLength(comparison!.wins);
    expect(changed.filter(({ flip }) => flip === 'lost')).toHaveLength(comparison!.losses);
  });
  it('of a run that was stopped before the verdict are those of the part it came to', async () => {
    expect(comparedPart(state, state.result!.verdict.challenger)).toBe('verdict');
    const { events } = await storedRun('stopped', { plan: 'standard', stopAt: 60 });
    const stopped = events.reduce(reduce, emptyState());
    expect(['race', 'fresh']).toContain(comparedPart(stopped, stopped.result!.verdict.challenger));
  });
  it('end the drawn path at won minus lost', () => {
    const leader = leaderOf(state)!;
    const { wins, losses, rows } = sharedScores(state, leader);
    const path = pairedPath(state, leader);
    expect(path).toHaveLength(rows + 1);
    expect(path.at(-1)).toBe(wins - losses);
  });
  it('have no leader before anything but the start was asked', () => {
    expect(leaderOf(emptyState())).toBeNull();
  });
});

describe('the grid', () => {
  it('has a cell for each asked row, and says by sign and word what each is', () => {
    const rows = askedRows(state);
    expect(rows.length).toBeGreaterThan(20);
    expect(rowOrder(state)).toEqual(expect.arrayContaining(rows));
    const cells = cellsOf(state, 'c1', rows);
    cells.forEach((cell, i) => {
      const answer = state.candidates['c1']!.answers[rows[i]!];
      if (!answer) expect([cell, cellMark(cell), cellWords(cell)]).toEqual(['', '', 'not asked']);
      else expect(cellWords(cell)).toMatch(answer.read === null ? /^unreadable/ : answer.score === 1 ? /^right/ : /^wrong/);
    });
    expect(cellsOf(state, 'c0', rows).every((cell) => cell === '' || cell[1] === '-')).toBe(true);
  });
});

describe('a row on which the person’s own code failed', () => {
  const scored = (candidate: string, row: string, score: number, error?: string): RunEvent => ({
    type: 'scored',
    candidate,
    row,
    score,
    read: 'x',
    output: 'x',
    finish: 'stop',
    reused: false,
    part: 'race',
    ...(error === undefined ? {} : { error }),
  });
  const made = (id: string): RunEvent => ({
    type: 'candidate',
    candidate: { id, instruction: '', contract: false, demos: [], madeBy: { kind: 'start' } },
    text: '',
    tokens: 1,
  });
  it('counts for no candidate, whichever answer it failed on', () => {
    const events = [
      ...['c0', 'c1', 'c2'].map(made),
      ...['c0', 'c1', 'c2'].flatMap((id) => [scored(id, 'r1', id === 'c0' ? 0 : 1), scored(id, 'r2', id === 'c0' ? 0 : 1)]),
      scored('c2', 'r3', 0, 'It threw.'),
      ...['c0', 'c1'].map((id) => scored(id, 'r3', id === 'c0' ? 0 : 1)),
    ];
    const faulty = events.reduce(reduce, emptyState());
    expect(sharedScores(faulty, 'c1')).toMatchObject({ rows: 2, wins: 2, losses: 0 });
    expect(pairedPath(faulty, 'c1')).toEqual([0, 1, 2]);
    expect(changedRows(faulty, 'c1').map(({ row }) => row)).toEqual(['r1', 'r2']);
    for (const [id, cells] of [
      ['c0', ['w-', 'w-', 'e-']],
      ['c1', ['rw', 'rw', 'e-']],
    ] as const)
      // prettier-ignore
      expect(cellsOf(faulty, id, ['r1', 'r2', 'r3'])).toEqual(cells);
    expect(cellWords('e-')).toBe('not counted');
    expect(cellsOf(faulty, 'c1', ['r9'])).toEqual(['']);
  });
});

describe('the tree', () => {
  it('holds every candidate once, each deeper than its parent', () => {
    const leaves = treeOf(state);
    expect(leaves.map(({ id }) => id).sort()).toEqual([...state.order].sort());
    const depth = new Map(leaves.map((leaf) => [leaf.id, leaf.depth]));
    for (const { id } of leaves) {
      const parent = state.candidates[id]!.candidate.parentId;
      if (parent) expect(depth.get(id)).toBe(depth.get(parent)! + 1);
    }
  });
});

describe('progress', () => {
  it('never passes the end, and is whole when the run is done', () => {
    const going = emptyState();
    for (const event of run.events) {
      reduce(going, event);
      const { share, calls, ofCalls } = progressOf(going);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      expect(calls).toBeLessThanOrEqual(ofCalls);
    }
    expect(progressOf(going).share).toBe(1);
  });
  it('says that little is to be gained only where the run has found so', () => {
    const headroom = { mean: 11 / 12, rows: 12, unreadable: 0, enough: true };
    expect(littleToGain({ headroom, task: null })).toBe(
      'Your prompt is already right on 11 of 12 race rows; there is little to gain. You can stop.',
    );
    const task = { metric: { kind: 'similarity' as const }, metricFrom: 'user' as const, contract: '', description: '' };
    expect(littleToGain({ headroom, task })).toMatch(/^Your prompt already scores 92 % on 12 race rows;/);
    expect(littleToGain({ headroom: { ...headroom, enough: false }, task: null })).toBeNull();
    expect(littleToGain({ headroom: null, task: null })).toBeNull();
  });
  it('says nothing of the time before a call was timed', () => {
    expect(leftWords(progressOf(emptyState()))).toBe('');
  });
});

describe('the log', () => {
  it('has words for every event but calls and single scores', () => {
    const words = state.log.map(({ event }) => [event.type, logWords(event)] as const);
    for (const [type, line] of words) if (!['phase', 'arm', 'verdict'].includes(type)) expect(line, type).toMatch(/\S/);
    for (const [, line] of words) expect(line ?? '').not.toMatch(/undefined|NaN|\[object/);
  });
  it('counts what the model wrote that could not be used, by reason', () => {
    expect(troubleWords({ rejected: {}, failed: { cut: 0, unreadable: 0 } })).toBeNull();
    expect(troubleWords({ rejected: { cut: 1, echo: 3 }, failed: { cut: 2, unreadable: 1 } })).toBe(
      'Proposals dropped: 3 because it repeats the request instead of answering it, 1 because the reply was cut at its limit. Counted as wrong: 2 answers cut at the limit, 1 answer that could not be read.',
    );
  });
});
