/** Why answers could not be judged, before anything is spent. Fetched on demand: it reads answers and tries the person's code. */
import { metricProblem, type MetricProblem } from '../../promptwizard/metrics/problem.ts';
import { unusableMetric } from '../../promptwizard/steps/checkMetric.ts';
import type { Task } from '../../promptwizard/types.ts';
import { tryUntrusted } from './tryUntrusted.ts';

export interface JudgeProblem {
  /** null: it is not of one field. */
  field: MetricProblem['field'] | null;
  message: string;
}

/** @param schemaText as typed, when it is not in the metric because it does not parse */
export async function judgeProblem(task: Pick<Task, 'rows' | 'metric'>, schemaText: string | null): Promise<JudgeProblem | null> {
  const { metric } = task;
  if (metric?.kind === 'json' && schemaText?.trim() && !metric.schema) {
    return { field: 'schema', message: `The schema is not JSON: ${whyNotJson(schemaText)}. What you typed is kept; correct or clear it.` };
  }
  const problem = metric ? metricProblem(metric) : null;
  if (problem) return problem;
  const why = await unusableMetric(task, tryUntrusted);
  if (why === null) return null;
  return {
    field: metric?.kind === 'custom' ? 'code' : metric?.kind === 'regex' && why.startsWith('Your pattern') ? 'pattern' : null,
    message: why,
  };
}

function whyNotJson(text: string): string {
  try {
    return typeof JSON.parse(text) === 'object' ? 'it must be an object' : 'it must be an object in braces';
  } catch (error) {
    return (error as Error).message.replace(/\.$/, '');
  }
}
