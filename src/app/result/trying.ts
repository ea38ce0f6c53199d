/** Prompts tried on an input of which nobody knows the right answer. Pure but for the person's own pattern. */
import { openPlan } from '../../promptwizard/budget.ts';
import type { RunUntrusted } from '../../promptwizard/metrics/kind.ts';
import { metricOf, readingOf } from '../../promptwizard/metrics/metric.ts';
import { testsAnswer } from '../../promptwizard/metrics/regex.ts';
import { PLANS } from '../../promptwizard/plans.ts';
import { isWhole } from '../../promptwizard/run.ts';
import type { MetricSpec, PlanName, Row } from '../../promptwizard/types.ts';
import type { TryReply } from '../../worker/protocol.ts';

/** Most new tokens of a reply, as the run had them. */
export function replyLimit(maxTokens: number, name: PlanName, metric: MetricSpec | null): number {
  const plan = metric?.kind === 'checklist' ? openPlan(PLANS[name]) : PLANS[name];
  return Math.min(maxTokens, plan.replyCap ?? Infinity);
}

/** What a run reads from such a reply, in words; null where it reads nothing: a judge or the right answer would be needed. */
export async function readWords(
  spec: MetricSpec | null,
  reply: Pick<TryReply, 'text' | 'finish'>,
  row: Pick<Row, 'question' | 'inputs'>,
  run: RunUntrusted,
): Promise<string | null> {
  if (!spec || spec.kind === 'checklist' || (spec.kind === 'regex' && testsAnswer(spec.pattern))) return null;
  if (!isWhole(reply)) return 'unreadable';
  const metric = metricOf(spec);
  const asked: Row = { id: '', origin: 'user', ...row };
  // Code of the person's own scores a reply; it is read without it.
  if (spec.kind === 'custom') return metric.read(reply.text, asked) ?? 'unreadable';
  const { read, error } = await readingOf(metric, reply.text, asked, run);
  return read ?? error ?? 'unreadable';
}
