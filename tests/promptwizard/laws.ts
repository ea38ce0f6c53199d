/** What must be true of every run, whatever the model says. Shared by simulated, recorded and real runs. */
import { expect } from 'vitest';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { metricOf } from '../../src/promptwizard/metrics/metric.ts';
import type { OptimizeInput } from '../../src/promptwizard/types.ts';

export const eventsOf = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((e): e is Extract<RunEvent, { type: T }> => e.type === type);

export function expectLawful(input: OptimizeInput, events: readonly RunEvent[]): void {
  const calls = eventsOf(events, 'call');
  // What a run may spend is said anew when it turns out what kind of task it is.
  const budget = eventsOf(events, 'budget').at(-1)!;
  expect(events[0]!.type).toBe('run-started');
  expect(events.at(-1)!.type).toBe('done');
  expect(calls.map((c) => c.n)).toEqual(calls.map((_, i) => i));
  expect(calls.length).toBeLessThanOrEqual(budget.maxCalls);
  const first = eventsOf(events, 'candidate')[0]!;
  expect(first.candidate.id).toBe('c0');
  expect(first.text).toBe(input.task.prompt);

  // Scores are what the stored outputs give when they are read again.
  const task = eventsOf(events, 'task')[0]!;
  const metric = task.metric ? metricOf(task.metric) : null;
  const rows = new Map([...input.task.rows, ...eventsOf(events, 'rows-reviewed').flatMap((e) => e.rows)].map((r) => [r.id, r]));
  const scored = eventsOf(events, 'scored');
  for (const s of scored) {
    const row = rows.get(s.row)!;
    if (s.read === null) expect(s.score).toBe(0);
    // A judge's letters and their chances, which the output alone does not tell.
    else if (task.metric?.kind === 'checklist') {
      expect(s.read).toMatch(/^[yn]+$/);
      expect(s.read).toHaveLength(task.metric.criteria.length);
      expect(s.score).toBeGreaterThanOrEqual(0);
      expect(s.score).toBeLessThanOrEqual(1);
    } else expect(metric!.score(metric!.read(s.output, row), row)).toBe(s.score);
  }

  // Held-out rows are asked only after the verdict has begun.
  const split = eventsOf(events, 'split')[0]!;
  const begun = events.findIndex((e) => e.type === 'phase' && e.phase === 'verdict');
  const early = new Set(eventsOf(begun < 0 ? events : events.slice(0, begun), 'call').map((c) => c.row));
  for (const id of split.heldOut) expect(early.has(id)).toBe(false);
  for (const s of scored) expect(s.part === 'verdict').toBe(split.verdict.includes(s.row));

  // No candidate is scored on a row that it shows.
  const candidates = new Map(eventsOf(events, 'candidate').map((e) => [e.candidate.id, e.candidate]));
  for (const s of scored) expect(candidates.get(s.candidate)!.demos.some((d) => d.rowId === s.row)).toBe(false);

  // What is delivered is the start, or was scored, or says that it was not measured.
  const { result } = eventsOf(events, 'done')[0]!;
  const { outcome, result: delivered } = result.verdict;
  if (delivered === 'c0') expect(result.messages.at(-1)!.content.startsWith(input.task.prompt)).toBe(true);
  else if (outcome !== 'not-measured') expect(scored.some((s) => s.candidate === delivered)).toBe(true);
  if (outcome === 'better' && result.quality === 'judged') expect(result.verdict.looks).toBe(1);
  if (outcome === 'better') expect(result.verdict.comparison!.pValue).toBeLessThanOrEqual(0.048);
  expect(result.qualityScore).toBeGreaterThanOrEqual(0);
  expect(result.qualityScore).toBeLessThanOrEqual(1);
}
