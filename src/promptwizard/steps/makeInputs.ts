/** Inputs for an open task when the user has too few (method, section 7): three a call, subjects drawn by seed. */
import { BudgetSpent } from '../errors.ts';
import { readJson, textOf } from '../json.ts';
import { inputsPrompt, inputsSchema, INPUT } from '../prompts/inputs.ts';
import { clip } from '../prompts/fence.ts';
import { ROW_SUBJECTS } from '../prompts/rows.ts';
import { createRng } from '../random.ts';
import { variablesOf } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import type { Row } from '../types.ts';
import { inputText } from './inputs.ts';
import { echoes, normalised } from './validate.ts';

const PER_CALL = 3;

type Made = Pick<Row, 'question' | 'inputs'>;

/** @param calls most calls, the unreadable ones included */
export async function* makeInputs(run: Run, own: readonly Row[], wanted: number, calls: number): Steps<Row[]> {
  yield run.phase('make-rows', 0, [], wanted, 'rows', calls);
  const names = variablesOf(run.start.instruction);
  const variables = names.length === 0 ? [INPUT] : names;
  const rng = createRng(run.seedFor('inputs'));
  const kept: Row[] = [];
  const dropped: { question: string; reason: string }[] = [];
  const seen = new Set(own.map((row) => normalised(inputText(row))));
  try {
    for (let call = 0; call < calls && own.length + kept.length < wanted; call++) yield* makeSome();
  } catch (error) {
    // What was made so far is still good.
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const position = run.calls;
  const rows = [...own, ...kept];
  yield { type: 'rows-made', position, rows, dropped };
  const reviewed = kept.length === 0 ? rows : await run.deps.reviewRows({ kind: 'review-rows', position, rows });
  yield { type: 'rows-reviewed', position, rows: reviewed };
  return reviewed;

  async function* makeSome(): Steps<void> {
    const content = inputsPrompt({
      instruction: clip(run.request, 1200, (t) => run.count(t)),
      description: run.description,
      subjects: rng.sample(ROW_SUBJECTS, PER_CALL),
      variables,
    });
    const reply = yield* run.write('make-inputs', [{ role: 'user', content }], 480, inputsSchema(variables));
    for (const made of readInputs(reply.text, variables, reply.finish !== 'stop')) {
      const text = inputText(made);
      const why = seen.has(normalised(text))
        ? 'repeated'
        : echoes(text, content, '')
          ? 'it repeats the request'
          : run.count(text) > 300
            ? 'too long'
            : normalised(text).split(' ').length < 3
              ? 'too short to work on'
              : null;
      seen.add(normalised(text));
      if (why) dropped.push({ question: text, reason: why });
      else if (own.length + kept.length < wanted) kept.push({ ...made, id: `p${kept.length + dropped.length + 1}`, origin: 'synthetic' });
    }
  }
}

/** Tolerant: an array under `inputs`, a bare array, strings in place of objects. The last item of a cut reply is left out. */
export function readInputs(reply: string, variables: readonly string[], cut: boolean): Made[] {
  const found = readJson(reply);
  const list = Array.isArray(found) ? found : (found as { inputs?: unknown } | undefined)?.inputs;
  if (!Array.isArray(list)) return [];
  const items = cut && !/\]\s*\}?\s*$/.test(reply) ? list.slice(0, -1) : list;
  const single = variables.length === 1 ? variables[0]! : null;
  return items.flatMap((item): Made[] => {
    if (typeof item === 'string') return single && item.trim() ? [{ question: item.trim() }] : [];
    if (typeof item !== 'object' || item === null) return [];
    const fields = item as Record<string, unknown>;
    const values = variables.map((name) => [name, textOf(fields[name])] as const);
    if (values.some(([, value]) => value === '')) return [];
    return single ? [{ question: values[0]![1] }] : [{ question: '', inputs: Object.fromEntries(values) }];
  });
}
