/** Examples in the prompt: answer-only, and with checked reasoning; none at all stays in the race (method, sections 4 and 5). */
import type { RunEvent } from '../events.ts';
import { createRng, type Rng } from '../random.ts';
import type { Run, Steps } from '../run.ts';
import type { Candidate, Demo, Row } from '../types.ts';
import { challenge, challengeCalls, MIN_ROWS } from './accept.ts';
import { inputText } from './inputs.ts';
import { chainFor } from './reason.ts';
import type { Split } from '../plans.ts';

const wordsOf = (row: Row): Set<string> =>
  new Set(
    inputText(row)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  );

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const w of a) if (b.has(w)) both++;
  return both / Math.max(1, a.size + b.size - both);
}

/** Rows unlike each other and, where they can be, with different answers: greedy, from a seeded start. */
export function diverse(rows: readonly Row[], count: number, rng: Rng): Row[] {
  const pool = rng.shuffle(rows).map((row) => ({ row, words: wordsOf(row) }));
  const chosen: typeof pool = [];
  while (chosen.length < count && pool.length > 0) {
    const cost = (item: (typeof pool)[number]) =>
      Math.max(0, ...chosen.map((c) => overlap(item.words, c.words) + (c.row.answer?.trim() === item.row.answer?.trim() ? 0.3 : 0)));
    pool.sort((a, b) => cost(a) - cost(b));
    chosen.push(pool.shift()!);
  }
  return chosen.map((c) => c.row);
}

/** Rows that may be shown: from the last third of the shared order, leaving eight or more to be scored on. */
export function demoRows(run: Run, split: Split): Row[] {
  const third = Math.floor(split.race.length / 3) || (split.race.length >= 4 ? 1 : 0);
  const spare = split.race.length + split.fresh.length - MIN_ROWS;
  const count = Math.max(0, Math.min(run.settings.fewShotCount, third, spare));
  const short = split.race
    .slice(split.race.length - third)
    .filter((row) => row.answer?.trim() && run.count(inputText(row) + row.answer) <= 220);
  return count === 0 ? [] : diverse(short, count, createRng(run.seedFor('demos')));
}

const answerOnly = (row: Row): Demo => ({
  rowId: row.id,
  question: row.question,
  ...(row.inputs ? { inputs: row.inputs } : {}),
  answer: row.answer ?? '',
});

/** The parent with answer-only examples, by code; null when no row can be spared. */
export function* withAnswers(run: Run, parent: Candidate, split: Split): Generator<RunEvent, Candidate | null> {
  const rows = demoRows(run, split);
  if (rows.length === 0) return null;
  const { instruction, persona, keywords } = parent;
  return yield* run.add({
    instruction,
    contract: true,
    demos: rows.map(answerOnly),
    ...(persona ? { persona } : {}),
    ...(keywords ? { keywords } : {}),
    parentId: parent.id,
    madeBy: { kind: 'demos', reasoning: false, count: rows.length },
  });
}

/** The parent with the same examples worked out in steps; null when no chain could be had. */
async function* withReasoning(run: Run, parent: Candidate, split: Split): Steps<Candidate | null> {
  const demos: Demo[] = [];
  const rows = demoRows(run, split);
  yield run.phase('reason', 0, [parent.id], rows.length, 'examples', 2 * rows.length);
  for (const row of rows) {
    const reasoning = yield* chainFor(run, row, parent);
    if (reasoning !== null) demos.push({ ...answerOnly(row), reasoning });
    if (demos.reduce((sum, d) => sum + run.count(d.question + d.reasoning), 0) > 700) break;
  }
  if (demos.length === 0) return null;
  const { instruction, persona, keywords } = parent;
  return yield* run.add({
    instruction,
    contract: true,
    demos,
    ...(persona ? { persona } : {}),
    ...(keywords ? { keywords } : {}),
    parentId: parent.id,
    madeBy: { kind: 'demos', reasoning: true, count: demos.length },
  });
}

/** Both kinds of examples against the incumbent, which keeps its place when they do not win. */
export async function* examples(run: Run, leader: Candidate, split: Split): Steps<boolean> {
  if (run.settings.fewShotCount === 0 || leader.demos.some((demo) => demo.reasoning)) return false;
  // Of a leader with answer-only examples, the same prompt with worked ones is still to be tried.
  const parent = { ...leader, demos: [] };
  const cost = challengeCalls(run, split);
  let accepted = false;
  const tried = (reasoning: boolean) =>
    [...run.candidates.values()].some(
      (c) => c.madeBy.kind === 'demos' && c.madeBy.reasoning === reasoning && c.instruction === parent.instruction,
    );
  if (!tried(false) && run.searchCallsLeft() >= cost) {
    const child = yield* withAnswers(run, parent, split);
    if (child) accepted = yield* challenge(run, child, split, 'examples', 'examples');
  }
  if (run.settings.generateReasoning && !tried(true) && run.searchCallsLeft() >= cost + 2) {
    const child = yield* withReasoning(run, parent, split);
    if (child) accepted = (yield* challenge(run, child, split, 'reason', 'examples')) || accepted;
  }
  return accepted;
}
