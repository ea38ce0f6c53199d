import { stripThinking } from './span.ts';
import type { MetricSpec, Row } from '../types.ts';
import type { Metric, Reading } from './kind.ts';
import { escapeRegExp, plain } from './plain.ts';
import { exactMetric } from './exact.ts';

const PLACEHOLDER = /\{\{\s*answer\s*\}\}/g;

/** Whether the pattern is filled with the row's answer, and so tests a reply instead of reading it. */
export const testsAnswer = (pattern: string): boolean => pattern.search(PLACEHOLDER) >= 0;

/** The pattern for a row: `{{answer}}` is the row's answer, letter for letter. */
export const patternFor = (pattern: string, answer: string): string => pattern.replace(PLACEHOLDER, () => escapeRegExp(answer.trim()));

/** Of the groups of a match the first that took part, else all of it. */
function answerOf(groups: (string | null)[]): string {
  return (groups.slice(1).find((group) => group !== null && group.trim() !== '') ?? groups[0] ?? '').trim();
}

/**
 * The user's pattern finds the answer in the reply without its thinking. The last match counts, as models say last what
 * they end with. Compared as `exact` does. With `{{answer}}` a match scores 1, and what does not match is read as `exact`
 * would, for the person to see: it is wrong, not unreadable.
 */
export function regexMetric(spec: Extract<MetricSpec, { kind: 'regex' }>): Metric {
  const flags = spec.flags ?? '';
  const tests = testsAnswer(spec.pattern);
  const exact = exactMetric({ kind: 'exact' });
  const scoreOf = (read: string | null, row: Row) => {
    const gold = plain(row.answer ?? '');
    return read !== null && gold !== '' && plain(read) === gold ? 1 : 0;
  };
  return {
    spec,
    // Only what runs the pattern can read by it.
    read: () => null,
    score: scoreOf,
    async evaluate(output, row, run): Promise<Reading> {
      const pattern = tests ? patternFor(spec.pattern, row.answer ?? '') : spec.pattern;
      const answer = await run({ kind: 'pattern', pattern, flags, text: stripThinking(output) });
      if (!answer.ok) return { read: null, score: 0, error: answer.error };
      const groups = answer.value as (string | null)[] | null;
      if (tests) return groups ? { read: (groups[0] ?? '').trim(), score: 1 } : { read: exact.read(output), score: 0 };
      const read = groups ? answerOf(groups) || null : null;
      return { read, score: scoreOf(read, row) };
    },
    async check(rows, run) {
      const answer = rows[0]?.answer ?? 'x';
      const tried = await run({ kind: 'pattern', pattern: patternFor(spec.pattern, answer), flags, text: answer });
      return tried.ok ? null : tried.error;
    },
    canScore: (row) => plain(row.answer ?? '') !== '',
    describe: () => (tests ? 'a text that fits the pattern' : 'what the pattern finds'),
    ask: '',
    labels: [],
  };
}
