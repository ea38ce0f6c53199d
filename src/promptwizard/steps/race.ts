/** Successive halving on shared rows in one shared order (method, section 3.2; Jamieson and Talwalkar, 2016). */
import { rungSizes } from '../budget.ts';
import type { Run, Steps } from '../run.ts';
import type { Candidate, Row } from '../types.ts';

/** Mean difference from the start on the rows asked of both; 0 when there are none. */
export function lead(run: Run, id: string, rows: readonly Row[]): number {
  let sum = 0;
  let n = 0;
  for (const row of rows) {
    const own = run.answerOf(id, row.id);
    const start = run.answerOf('c0', row.id);
    if (own && start) {
      sum += own.score - start.score;
      n++;
    }
  }
  return n > 0 ? sum / n : 0;
}

/** Better first: by lead, then by the prompt's tokens as the tie setting says. */
export function ranked(run: Run, candidates: readonly Candidate[], rows: readonly Row[]): Candidate[] {
  const sign = run.settings.resolveTieCriteria === 'max' ? -1 : 1;
  return [...candidates].sort((a, b) => lead(run, b.id, rows) - lead(run, a.id, rows) || sign * (run.tokensOf(a.id) - run.tokensOf(b.id)));
}

/**
 * Races the entrants; start and incumbent are asked in every rung, outside the halving, and those in `spared` are
 * outside it in the first rung only.
 * @returns those who came to the end, best first; the start may be any of them
 */
export async function* race(
  run: Run,
  entrants: readonly Candidate[],
  spared: ReadonlySet<string>,
  rows: readonly Row[],
  round: number,
): Steps<Candidate[]> {
  const sizes = rungSizes(rows.length, run.plan, run.settings);
  const fixed = new Set(['c0', run.incumbent]);
  let alive = [...entrants].sort((a, b) => Number(fixed.has(b.id)) - Number(fixed.has(a.id)));
  let asked = 0;
  const calls = sizes.reduce((sum, size, i) => {
    const halved = alive.length - fixed.size - spared.size;
    const going = i === 0 ? alive.length : fixed.size + Math.ceil((spared.size + Math.ceil(Math.max(0, halved) / 2)) / 2 ** (i - 1));
    return sum + size * Math.min(alive.length, going) * run.callsPerRow;
  }, 0);
  yield run.phase(
    'race',
    round,
    alive.map((c) => c.id),
    rows.length,
    'race',
    calls,
  );
  for (const [rung, size] of sizes.entries()) {
    const shared = rows.slice(asked, asked + size);
    asked += size;
    const left = sizes.slice(rung + 1).reduce((a, b) => a + b, 0);
    const out: Candidate[] = [];
    let saved = 0;
    for (const candidate of alive) {
      // One prompt after the other, not row after row: engines keep the prefix of consecutive prompts.
      for (const [i, row] of shared.entries()) {
        if (!run.mayAsk(candidate, row)) continue;
        if (!fixed.has(candidate.id) && hopeless(run, candidate, alive, rows, asked, shared.length - i + left)) {
          out.push(candidate);
          saved += shared.length - i + left;
          break;
        }
        yield* run.ask(candidate, row, 'race');
      }
    }
    alive = alive.filter((c) => !out.includes(c));
    const compared = rows.slice(0, asked);
    if (left > 0) {
      const halved = alive.filter((c) => !fixed.has(c.id) && !(rung === 0 && spared.has(c.id)));
      const going = new Set(ranked(run, halved, compared).slice(0, Math.ceil(halved.length / 2)));
      const dropped = halved.filter((c) => !going.has(c));
      saved += dropped.length * left;
      out.push(...dropped);
      alive = alive.filter((c) => !dropped.includes(c));
    }
    yield {
      type: 'rung',
      round,
      rung,
      rows: size,
      kept: ranked(run, alive, compared).map((c) => c.id),
      dropped: out.map((c) => c.id),
      callsSaved: saved,
    };
  }
  return ranked(run, alive, rows.slice(0, asked));
}

/** True when winning every row left would still leave the candidate behind another that has finished this rung. */
function hopeless(run: Run, candidate: Candidate, alive: readonly Candidate[], rows: readonly Row[], asked: number, left: number): boolean {
  const shared = rows.slice(0, asked);
  const sum = (id: string) => shared.reduce((s, row) => s + (run.answerOf(id, row.id)?.score ?? 0), 0);
  const done = (c: Candidate) => shared.every((row) => !run.counts(row.id) || run.answerOf(c.id, row.id));
  if (candidate.demos.length > 0) return false;
  const own = sum(candidate.id);
  return alive.some((c) => c !== candidate && done(c) && own + left < sum(c.id));
}
