/** Examples in the prompt: answer-only, and with checked reasoning; none at all stays in the race (method, sections 4 and 5). */
import type { RunEvent } from '../events.ts';
import { createRng, type Rng } from '../random.ts';
import type { Run, Steps } from '../run.ts';
import type { Candidate, Demo, Row } from '../types.ts';
import { challenge, challengeCalls, MIN_ROWS } from './accept.ts';
import { fitDemos } from './fitDemos.ts';
import { inputText } from './inputs.ts';
import { genesOf } from './mutate.ts';
import { lettersRequest, chances } from './judge.ts';
import { newChain, ownChains, type Chain } from './reason.ts';
import { lead } from './race.ts';
import { coherencePrompt } from '../prompts/judge.ts';
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
  const short = split.race.slice(split.race.length - third).filter((row) => run.count(inputText(row) + (row.answer ?? '')) <= 220);
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
  const made = { ...genesOf(parent), instruction: parent.instruction, contract: true, demos: rows.map(answerOnly) };
  const demos = fitDemos(run, { ...made, madeBy: { kind: 'start' } });
  if (demos.length === 0) return null;
  return yield* run.add({ ...made, demos, madeBy: { kind: 'demos', reasoning: false, count: demos.length } });
}

/** Chains that are tried, and rows that each is tried on. */
const CHAINS = 4;
const TRIAL_ROWS = 4;

/**
 * The parent with one worked example. Several chains are each tried alone on the same few race rows; the best goes on,
 * or none (section 5).
 */
async function* withReasoning(run: Run, parent: Candidate, split: Split): Steps<Candidate | null> {
  const rows = demoRows(run, split);
  yield run.phase('reason', 0, [parent.id], rows.length, 'examples', CHAINS * TRIAL_ROWS);
  const chains: Chain[] = ownChains(run, rows).slice(0, CHAINS);
  for (const row of rows) {
    if (chains.length >= CHAINS - 1) break;
    if (chains.some((c) => c.row.id === row.id)) continue;
    const made = yield* newChain(run, row, parent);
    if (made) chains.push(made);
  }
  const shown = new Set(rows.map((row) => row.id));
  const shared = split.race.filter((row) => !shown.has(row.id) && run.mayAsk(run.candidate(run.incumbent), row)).slice(0, TRIAL_ROWS);
  const tried: Candidate[] = [];
  for (const { row, steps } of chains) {
    if (run.searchCallsLeft() < shared.length + challengeCalls(run, split)) break;
    if (!(yield* coherent(run, row, steps))) continue;
    const made = { ...genesOf(parent), instruction: parent.instruction, contract: true, demos: [{ ...answerOnly(row), reasoning: steps }] };
    if (fitDemos(run, { ...made, madeBy: { kind: 'start' } })[0]?.reasoning === undefined) continue;
    const child = yield* run.add({ ...made, madeBy: { kind: 'demos', reasoning: true, count: 1 } });
    for (const asked of shared) yield* run.ask(child, asked, 'race');
    tried.push(child);
  }
  const ahead = (c: Candidate) => lead(run, c.id, shared) - lead(run, run.incumbent, shared);
  const best = tried.sort((a, b) => ahead(b) - ahead(a) || run.tokensOf(a.id) - run.tokensOf(b.id))[0];
  return best && ahead(best) >= 0 ? best : null;
}

/** One call: whether a chain hangs together. What can not be read counts as yes; the race has the last word. */
async function* coherent(run: Run, row: Row, steps: string): Steps<boolean> {
  const letters = { of: ['y', 'n'], count: 1 };
  const content = coherencePrompt({ input: inputText(row), working: steps, answer: row.answer ?? '' });
  const { reply } = yield* run.call(lettersRequest(run, 'coherence', content, letters), { row: row.id });
  const yes = chances(reply, letters)?.[0] ?? 1;
  if (yes < 0.5) yield { type: 'rejected', source: 'examples', text: steps, reason: 'incoherent' };
  return yes >= 0.5;
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
