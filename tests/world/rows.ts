import type { Row } from '../../src/promptwizard/types.ts';

const THINGS = ['pears', 'drums', 'goats', 'chairs', 'trumpets', 'plums', 'lamps', 'snails'];

/** The subject of a counting row: what is named first in it. */
export const subjectOf = (question: string): string | null => /I own \d+ (\w+)/.exec(question)?.[1] ?? null;
/** Of all subjects that rows have, the share that these are. */
export const subjectsCovered = (subjects: ReadonlySet<string>): number => subjects.size / THINGS.length;

/** Rows of a counting task with words of their own. */
export function countingRows(n: number): Row[] {
  return Array.from({ length: n }, (_, i) => ({
    id: `r${i + 1}`,
    question: `Case ${i + 1}: I own ${2 + (i % 7)} ${THINGS[i % 8]} and ${1 + ((i * 3) % 5)} ${THINGS[(i + 3) % 8]}. How many things are there?`,
    answer: String(2 + (i % 7) + 1 + ((i * 3) % 5)),
    origin: 'user' as const,
  }));
}
