/** The rounds: mutate, race, accept, examples, critique and refine; persona and keywords last (method, sections 3 to 5). */
import type { Run, Steps } from '../run.ts';
import type { Candidate } from '../types.ts';
import { FINALISTS } from '../budget.ts';
import { armOf } from './armOf.ts';
import { accept } from './accept.ts';
import { examples, withAnswers } from './examples.ts';
import { mutateByModel, mutateByStyle } from './mutate.ts';
import { mutateOpen } from './mutateOpen.ts';
import { parentsOf } from './parents.ts';
import { persona } from './persona.ts';
import { lead, race, ranked } from './race.ts';
import { refine } from './refine.ts';

export async function* search(run: Run): Steps<void> {
  const { plan, settings, split } = run;
  const rounds = Math.min(settings.mutateRefineIterations, plan.rounds);
  for (let round = 1; round <= rounds; round++) {
    const before = run.incumbent;
    const entrants = yield* entrantsOf(run, round === 1 ? [contractOrStart(run)] : parentsOf(run), round);
    const spared = new Set([...run.candidates.values()].filter((c) => SPARED.has(c.madeBy.kind)).map((c) => c.id));
    const order = yield* race(run, entrants, spared, split.race, round);
    if (round === 1) yield headroom(run);
    const leader = yield* leaderOf(run, order, round);
    if (leader.id !== run.incumbent && leader.id !== 'c0') yield* accept(run, leader, split, 'race');
    const base = run.incumbent !== 'c0' ? run.candidate(run.incumbent) : leader.id !== 'c0' ? leader : contractOrStart(run);
    // Examples and instruction in turn, as long as one of them brings something.
    for (let turn = 0; plan.critique && turn < settings.refineTaskEgIterations; turn++) {
      const held = run.incumbent;
      const best = () => (run.incumbent !== 'c0' ? run.candidate(run.incumbent) : base);
      if (plan.examples) yield* examples(run, best(), split);
      if (settings.refineInstruction) yield* refine(run, best(), split);
      if (run.incumbent === held) break;
    }
    if (run.incumbent === before) break;
  }
  if (plan.persona) yield* persona(run, split);
}

/** Outside of the halving in the first rung: what is always raced, and the examples, which five rows tell little of. */
const SPARED: ReadonlySet<Candidate['madeBy']['kind']> = new Set(['contract', 'free-baseline', 'demos']);

/**
 * Who meets the incumbent: the first of the race; in round 1 the better of its first two on race and fresh rows together,
 * for a race of fifteen rows often has the better one second.
 */
async function* leaderOf(run: Run, order: readonly Candidate[], round: number): Steps<Candidate> {
  const first = order[0] ?? run.start;
  if (run.judged) return openLeader(run, order) ?? first;
  const finalists = order.filter((c) => c.id !== 'c0').slice(0, FINALISTS);
  if (first.id === 'c0' || round > 1 || run.plan.extraEntrants === 0 || finalists.length < FINALISTS) return first;
  const { race: raced, fresh } = run.split;
  yield run.phase(
    'fresh',
    round,
    finalists.map((c) => c.id),
    fresh.length,
    'fresh',
    (FINALISTS + 1) * fresh.length,
  );
  for (const candidate of [run.start, ...finalists])
    for (const row of fresh) if (run.mayAsk(candidate, row)) yield* run.ask(candidate, row, 'fresh');
  return ranked(run, finalists, [...raced, ...fresh])[0]!;
}

/**
 * Of an open task: the best besides the start, for where all meet the whole checklist the start would come first for its
 * few tokens; side by side may still tell them apart. Of equals the fullest: it leaves least to luck.
 */
function openLeader(run: Run, order: readonly Candidate[]): Candidate | undefined {
  const ahead = (c: Candidate) => lead(run, c.id, run.split.race);
  return order
    .filter((c) => c.id !== 'c0' && ahead(c) >= 0)
    .sort((a, b) => ahead(b) - ahead(a) || run.tokensOf(b.id) - run.tokensOf(a.id))[0];
}

const contractOrStart = (run: Run): Candidate => [...run.candidates.values()].find((c) => c.madeBy.kind === 'contract') ?? run.start;

/** Round 1 races start, contract and free baseline besides what is new; later rounds start and incumbent. */
async function* entrantsOf(run: Run, parents: Candidate[], round: number): Steps<Candidate[]> {
  const { plan, settings, split } = run;
  const fixed = round === 1 ? [...run.candidates.values()] : [run.start, run.candidate(run.incumbent)];
  if (plan.extraEntrants === 0) return fixed;
  const parent = parents[0]!;
  const pool: Candidate[] = [];
  if (round === 1 && plan.examples && settings.fewShotCount > 0) {
    const shown = yield* withAnswers(run, parent, split);
    if (shown) pool.push(shown);
  }
  const calls = Math.min(plan.mutationCalls, settings.mutationRounds);
  yield run.phase(
    'mutate',
    round,
    parents.map((p) => p.id),
    0,
    'mutate',
    calls,
  );
  if (run.judged) return [...fixed, ...(yield* mutateOpen(run, parent, plan.extraEntrants, calls, round, split.race))];
  // Parents share the places; the first, the incumbent, gets what is left over.
  const places = plan.extraEntrants - pool.length;
  for (const [i, p] of [...parents.entries()].reverse()) {
    const share = i === 0 ? plan.extraEntrants - pool.length : Math.floor(places / parents.length);
    const ownCalls = i === 0 ? calls - (parents.length - 1) * Math.floor(calls / parents.length) : Math.floor(calls / parents.length);
    // Two thirds by code: of a small model's rewrites most are turned away, and the rest seldom beat a plain style.
    const byModel = yield* mutateByModel(run, p, Math.min(share, Math.max(1, Math.floor(share / 3))), ownCalls, round, split.race);
    pool.push(...byModel, ...(yield* mutateByStyle(run, p, share - byModel.length, round)));
  }
  return [...fixed, ...pool];
}

/** How much there is to gain: the start on the race rows. */
function headroom(run: Run): import('../events.ts').RunEvent {
  const arm = armOf(run, 'c0', run.split.race);
  const rows = arm?.rows ?? 0;
  const mean = arm?.mean ?? 0;
  return { type: 'headroom', mean, rows, unreadable: arm?.unreadable ?? 0, enough: rows >= 8 && mean >= 0.95 };
}
