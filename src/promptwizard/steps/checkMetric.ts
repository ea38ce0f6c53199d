/** Whether answers can be judged at all by the metric that was asked for, or that the rows called for. Nothing is spent. */
import { InputError } from '../errors.ts';
import { chooseMetric } from '../metrics/choose.ts';
import type { RunUntrusted } from '../metrics/kind.ts';
import { metricOf } from '../metrics/metric.ts';
import { metricProblem } from '../metrics/problem.ts';
import type { Task } from '../types.ts';

const SHOWN = 3;

/** @returns a sentence when no answer could ever be scored; null when the metric can be used */
export async function unusableMetric(task: Pick<Task, 'rows' | 'metric'>, run: RunUntrusted): Promise<string | null> {
  const spec = task.metric ?? chooseMetric(task.rows);
  if (spec === null) return null;
  const problem = metricProblem(spec);
  if (problem) return problem.message;
  const metric = metricOf(spec);
  const answered = task.rows.filter((row) => row.answer?.trim());
  if (answered.length > 0 && !answered.some((row) => metric.canScore(row))) {
    const texts = [...new Set(answered.map((row) => `“${row.answer!.trim().slice(0, 40)}”`))];
    const some = texts.slice(0, SHOWN).join(', ') + (texts.length > SHOWN ? ', …' : '');
    const which = answered.length === 1 ? 'The answer in your rows' : `None of the ${answered.length} answers in your rows`;
    return `${which} (${some}) can${answered.length === 1 ? 'not' : ''} be read as ${metric.describe()}, so nothing could be scored. Choose another way to judge answers, or correct the answers.`;
  }
  return (await metric.check?.(metric.spec.kind === 'custom' && answered.length === 0 ? task.rows : answered, run)) ?? null;
}

/** @throws InputError metric, unusable */
export async function checkMetric(task: Task, run: RunUntrusted): Promise<void> {
  const why = await unusableMetric(task, run);
  if (why !== null) throw new InputError('metric', 'unusable', why);
}
