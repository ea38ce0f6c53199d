/** What was asked over the wire, as the method takes it. */
import { metricProblem } from '../promptwizard/metrics/problem.ts';
import type { Settings } from '../promptwizard/settings.ts';
import type { MetricSpec, PlanName, Row, Task } from '../promptwizard/types.ts';
import { ApiError } from './errors.ts';
import { settingsFromWire } from './names.ts';
import { check, kindOf } from './problem.ts';
import { OptimizeRequestSchema } from './schema.ts';

export interface Asked {
  task: Task;
  /** Those given; the host lays them over its own. */
  settings: Partial<Settings>;
  plan: PlanName | null;
  sessionId: string | null;
  /** Milliseconds; null: as long as it takes. */
  timeout: number | null;
  anew: boolean;
}

/** @throws ApiError empty_prompt, bad_field, too_long, too_many_rows */
export function readRequest(input: unknown): Asked {
  const given = check(OptimizeRequestSchema, input);
  const rows = (given.rows ?? []).map((row, i): Row => {
    const inputs = row.inputs ?? undefined;
    if (row.question == null && inputs === undefined)
      throw new ApiError('bad_field', `rows.${i} must be an object with a question or inputs; it is ${kindOf(row)} with neither.`, {
        field: `rows.${i}`,
      });
    return {
      id: `r${i + 1}`,
      question: sound(row.question ?? ''),
      ...(inputs ? { inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, sound(value)])) } : {}),
      ...(row.answer == null ? {} : { answer: sound(row.answer) }),
      ...(row.reasoning == null ? {} : { reasoning: sound(row.reasoning) }),
      origin: 'user',
    };
  });
  const metric = given.metric as MetricSpec | null | undefined;
  const problem = metric ? metricProblem(metric) : null;
  if (problem) throw new ApiError('bad_field', `metric.${problem.field}: ${problem.message}`, { field: `metric.${problem.field}` });
  const { system, task_description: description, answer_format: answerFormat } = given;
  return {
    task: {
      prompt: sound(given.prompt),
      ...(system?.trim() ? { system: sound(system) } : {}),
      ...(description?.trim() ? { description: sound(description.trim()) } : {}),
      ...(answerFormat?.trim() ? { answerFormat: sound(answerFormat.trim()) } : {}),
      rows,
      ...(metric ? { metric } : {}),
    },
    settings: settingsFromWire(given.config ?? {}),
    plan: given.plan ?? null,
    sessionId: given.session_id ?? null,
    timeout: given.timeout == null ? null : given.timeout * 1000,
    anew: given.anew ?? false,
  };
}

/** JSON can hold halves of characters, which no encoder and no model takes. */
const sound = (text: string): string => text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
