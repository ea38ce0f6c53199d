import type { MetricSpec, Row } from '../types.ts';

/** One kind of answer: how it is asked for, read from a reply, and scored. One file each, registered in `metric.ts`. */
export interface Metric {
  spec: MetricSpec;
  /**
   * What the reply answers, in one form; null when it cannot be read. `row` lets a choice be read from an option's
   * text in the question; its answer is never looked at.
   */
  read(output: string, row?: Row): string | null;
  /** [0,1]; 0 for null and for a row whose own answer cannot be read. */
  score(read: string | null, row: Row): number;
  /** Whether the row's own answer can be read: other rows cannot be scored. */
  canScore(row: Row): boolean;
  /** In words: "a number", "one of (A), (B)". */
  describe(): string;
  /** The answer contract: one short sentence for the end of a prompt, without its full stop. */
  ask: string;
  /** Words that a rewritten prompt must not lose. */
  labels: string[];
}
