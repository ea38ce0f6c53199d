/** Before the search: which rows can be used, and who may see them (method, section 2.1). */
import type { SetAside } from '../events.ts';
import { splitSizes, type Split } from '../plans.ts';
import { createRng } from '../random.ts';
import { missingValues, variablesOf } from '../render.ts';
import { rowKey } from '../rowKey.ts';
import type { Metric } from '../metrics/metric.ts';
import { needsAnswers } from '../metrics/needsAnswers.ts';
import type { Row } from '../types.ts';
import type { Run } from '../run.ts';

/** Rows that can be scored, and those set aside with the reason; the number in `detail` is the row's place in the input. */
export function usableRows(
  rows: readonly Row[],
  prompt: string,
  metric: Metric | null,
  fits: (row: Row) => boolean,
): { usable: Row[]; setAside: SetAside[] } {
  const setAside: SetAside[] = [];
  const usable: Row[] = [];
  const seen = new Map<string, { row: Row; number: number; conflict: boolean }>();
  rows.forEach((row, i) => {
    const number = i + 1;
    const aside = (reason: SetAside['reason'], detail: string) => setAside.push({ row: row.id, reason, detail });
    const missing = missingValues(prompt, row);
    if (missing.length > 0) {
      const empty = variablesOf(prompt).length === 0;
      return aside(
        empty ? 'empty' : 'missing-value',
        empty ? `Row ${number} has no question.` : `Row ${number} has no value for ${missing.map((m) => `{{${m}}}`).join(', ')}.`,
      );
    }
    const answer = row.answer?.trim() ?? '';
    if (answer === '' && needsAnswers(metric?.spec)) return aside('no-answer', `Row ${number} has no answer to compare with.`);
    if (metric && !metric.canScore(row))
      return aside('no-answer', `Row ${number}: its answer “${answer.slice(0, 40)}” can not be read as ${metric.describe()}.`);
    if (!fits(row)) return aside('does-not-fit', `Row ${number} is longer than the model can read with this prompt.`);
    const key = rowKey(row);
    const before = seen.get(key);
    if (!before) {
      seen.set(key, { row, number, conflict: false });
      usable.push(row);
    } else if ((before.row.answer?.trim() ?? '') === answer) {
      aside('duplicate', `Row ${number} repeats row ${before.number}.`);
    } else {
      aside('conflict', `Rows ${before.number} and ${number} ask the same and have different answers; neither is used.`);
      before.conflict = true;
    }
  });
  const conflicts = new Set([...seen.values()].filter((s) => s.conflict).map((s) => s.row.id));
  for (const id of conflicts) {
    const other = setAside.find((s) => s.reason === 'conflict' && s.row !== id);
    setAside.push({ row: id, reason: 'conflict', detail: other?.detail ?? 'The same question has different answers; neither is used.' });
  }
  return { usable: usable.filter((row) => !conflicts.has(row.id)), setAside };
}

/** For open tasks: rows as inputs, whatever their answers; repeated ones once. */
export function inputRows(rows: readonly Row[], prompt: string, fits: (row: Row) => boolean): { usable: Row[]; setAside: SetAside[] } {
  const inputs = rows.map((row) => ({ ...row, answer: '-' }));
  const { usable, setAside } = usableRows(inputs, prompt, null, fits);
  const known = new Map(rows.map((row) => [row.id, row]));
  return { usable: usable.map((row) => known.get(row.id)!), setAside };
}

/** Seeded shuffle, then race, fresh and held-out rows. Under 8 rows all parts are empty. */
export function splitRows(run: Run, usable: readonly Row[]): Split {
  const sizes = splitSizes(usable.length, run.input.plan, run.settings.seenSetSize);
  const drawn = createRng(run.seedFor('split')).shuffle(usable);
  // What a call has been shown already stands in the race, where it may be.
  const shuffled = [...drawn.filter((row) => run.shown.has(row.id)), ...drawn.filter((row) => !run.shown.has(row.id))];
  const race = shuffled.slice(0, sizes.race);
  const fresh = shuffled.slice(sizes.race, sizes.race + sizes.fresh);
  const heldOut = sizes.heldOut > 0 ? shuffled.slice(sizes.race + sizes.fresh) : [];
  const verdict = createRng(run.seedFor('verdict')).sample(heldOut, sizes.verdict);
  return { race, fresh, heldOut, verdict };
}
