import type { Untrusted, UntrustedAnswer } from '../llm.ts';
import type { MetricSpec, Row } from '../types.ts';

export type RunUntrusted = (request: Untrusted) => Promise<UntrustedAnswer>;

/** A reply as read and scored. `error`: the user's own code failed on this row, which then counts for nobody. */
export interface Reading {
  /** null: unreadable, and then `score` is 0. */
  read: string | null;
  /** [0,1] */
  score: number;
  error?: string;
}

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
  /** For metrics that run the user's own code: in place of `read` and `score`. */
  evaluate?(output: string, row: Row, run: RunUntrusted): Promise<Reading>;
  /** Whether the row's own answer can be read: other rows cannot be scored. */
  canScore(row: Row): boolean;
  /** In words: "a number", "one of (A), (B)". */
  describe(): string;
  /** The answer contract: one short sentence for the end of a prompt, without its full stop. Empty: the answer is not marked. */
  ask: string;
  /** Words that a rewritten prompt must not lose. */
  labels: string[];
}

/** Reads and scores a reply, whatever the kind of metric. */
export async function readingOf(metric: Metric, output: string, row: Row, run: RunUntrusted): Promise<Reading> {
  if (metric.evaluate) return metric.evaluate(output, row, run);
  const read = metric.read(output, row);
  return { read, score: read === null ? 0 : metric.score(read, row) };
}
