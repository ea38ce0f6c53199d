/**
 * Rows by the model when the user has too few (method, section 7): made three a call, solved twice without the claimed
 * answer, kept only if all agree, shown for checking.
 */
import { BudgetSpent } from '../errors.ts';
import { readJson, textOf } from '../json.ts';
import { rowsPrompt, rowsSchema, ROW_SUBJECTS } from '../prompts/rows.ts';
import { clip } from '../prompts/fence.ts';
import { createRng } from '../random.ts';
import { renderMessages, variablesOf } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import { FREE_SENTENCE, withSentence } from '../styles.ts';
import type { Candidate, Row } from '../types.ts';
import { inputText } from './inputs.ts';
import { fits } from './settle.ts';
import { inputRows } from './split.ts';
import { normalised } from './validate.ts';

const PER_CALL = 3;

export async function* practiceRows(run: Run, own: readonly Row[], answerFormat: string): Steps<Row[]> {
  const quick = run.input.plan === 'quick';
  const wanted = quick ? 12 : run.settings.numTrainExamples;
  const most = quick ? 24 : wanted * 3;
  const spend = Math.floor(run.searchCallsLeft() / 2);
  yield run.phase('make-rows', 0, [], wanted, 'rows');
  const names = variablesOf(run.start.instruction);
  const variables = names.length === 0 ? ['question'] : names;
  const kept: Row[] = [];
  const dropped: { question: string; reason: string }[] = [];
  const seen = new Set(own.map((row) => normalised(inputText(row))));
  const rng = createRng(run.seedFor('practice'));
  const before = run.calls;
  const made = { rows: 0, empty: 0 };
  const enough = () => kept.length >= wanted || made.rows >= most || made.empty >= 3 || run.calls - before >= spend;
  try {
    for (const row of unanswered(run, own)) if (!enough()) yield* takeInput(row);
    while (!enough()) yield* makeSome();
  } catch (error) {
    // What was kept so far is still good.
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const position = run.calls;
  const rows = [...own, ...kept];
  yield { type: 'rows-made', position, rows, dropped };
  // Nobody is asked to look at nothing.
  const reviewed = rows.length === 0 ? rows : await run.deps.reviewRows({ kind: 'review-rows', position, rows });
  yield { type: 'rows-reviewed', position, rows: reviewed };
  return reviewed;

  /** An input of the user's own, its answer worked out twice; shown for checking like the made ones. */
  async function* takeInput(row: Row): Steps<void> {
    const answer = yield* agreed(run, row);
    seen.add(normalised(inputText(row)));
    if (answer === null) dropped.push({ question: inputText(row), reason: 'the model did not reach the same answer twice' });
    else kept.push({ ...row, answer, origin: 'synthetic' });
  }

  async function* makeSome(): Steps<void> {
    const content = rowsPrompt({
      instruction: clip(run.start.instruction, 1200, (t) => run.count(t)),
      description: run.description,
      answerFormat,
      subjects: rng.sample(ROW_SUBJECTS, PER_CALL),
      variables,
    });
    const reply = yield* run.write('make-rows', [{ role: 'user', content }], 600, rowsSchema(variables));
    const proposals = readRows(reply.text, variables, reply.finish !== 'stop');
    made.empty = proposals.length === 0 ? made.empty + 1 : 0;
    for (const proposal of proposals) {
      made.rows++;
      const text = inputText(proposal);
      const why = seen.has(normalised(text)) ? 'repeated' : mechanical(run, proposal, names);
      seen.add(normalised(text));
      if (why) dropped.push({ question: text, reason: why });
      else if (kept.length < wanted) {
        const row: Row = { ...proposal, id: `p${kept.length + dropped.length + 1}` };
        if (yield* agrees(run, row)) kept.push(row);
        else dropped.push({ question: text, reason: 'the model did not reach the same answer twice' });
      }
    }
  }
}

type Proposal = Omit<Row, 'id'>;

export function readRows(reply: string, variables: readonly string[], cut: boolean): Proposal[] {
  const found = readJson(reply);
  const list = Array.isArray(found) ? found : (found as { rows?: unknown } | undefined)?.rows;
  if (!Array.isArray(list)) return [];
  const items = cut && !/\]\s*\}?\s*$/.test(reply) ? list.slice(0, -1) : list;
  return items.flatMap((item): Proposal[] => {
    if (typeof item !== 'object' || item === null) return [];
    const fields = item as Record<string, unknown>;
    const values = variables.map((name) => [name, textOf(fields[name])] as const);
    const answer = textOf(fields.answer);
    if (answer === '' || values.some(([, value]) => value === '')) return [];
    const reasoning = textOf(fields.working);
    const base = { answer, ...(reasoning ? { reasoning } : {}), origin: 'synthetic' as const };
    const [first] = values;
    if (values.length === 1 && first) return [{ question: first[1], ...base }];
    return [{ question: '', inputs: Object.fromEntries(values), ...base }];
  });
}

/** Why a proposed row is no use; null when it may be solved. */
function mechanical(run: Run, row: Proposal, names: readonly string[]): string | null {
  if (names.length === 0 && !/[?？。.:]\s*$/.test(row.question)) return 'it does not end as a question';
  if (run.count(inputText(row)) > 300) return 'too long';
  if (run.metric && !run.metric.canScore({ ...row, id: '' })) return 'its answer cannot be read';
  return null;
}

/** The user's own inputs that came without an answer. */
const unanswered = (run: Run, own: readonly Row[]): Row[] => {
  const known = new Set(own.map((row) => row.id));
  return inputRows(run.input.task.rows, run.input.task.prompt, (row) => fits(run, row)).usable.filter(
    (row) => !known.has(row.id) && !row.answer?.trim(),
  );
};

/** Solved once, and a second time at another seed; null when a reply can not be used. */
async function* solution(run: Run, row: Row, attempt: number): Steps<string | null> {
  const solver: Candidate = { ...run.start, instruction: withSentence(run.start.instruction, FREE_SENTENCE), contract: true };
  const request = run.solveRequest(renderMessages(solver, row, run.task));
  if (!request) return null;
  const varied =
    attempt === 0 ? request : { ...request, temperature: Math.max(0.3, run.settings.temperature), seed: run.seedFor('solve', row.id) };
  const { reply } = yield* run.call(varied, { row: row.id });
  return reply.finish === 'stop' ? reply.text : null;
}

/** Solved without the claimed answer, a second time only if the first agrees. */
async function* agrees(run: Run, row: Row): Steps<boolean> {
  for (const attempt of [0, 1]) {
    const text = yield* solution(run, row, attempt);
    if (text === null) return false;
    const { score, error } = await run.reading(text, row);
    if (error !== undefined || score < 0.999) return false;
  }
  return true;
}

/** The answer that two solutions agree on; null when they do not. */
async function* agreed(run: Run, row: Row): Steps<string | null> {
  const first = yield* solution(run, row, 0);
  const read = first === null ? null : (await run.reading(first, row)).read;
  if (read === null) return null;
  const second = yield* solution(run, row, 1);
  return second !== null && (await run.reading(second, { ...row, answer: read })).score >= 0.999 ? read : null;
}
