/** Critique and refine as one chat: causes of real failures, then one small edit a call (method, sections 3.3 and 3.4). */
import { readObject, readStrings, textOf } from '../json.ts';
import { critiquePrompt, critiqueSchema, refinePrompt, refineSchema, type Case } from '../prompts/critique.ts';
import { clip } from '../prompts/fence.ts';
import { variablesOf } from '../render.ts';
import type { ChatMessage, Candidate, Row } from '../types.ts';
import type { Run, Scored, Steps } from '../run.ts';
import { challenge, challengeCalls } from './accept.ts';
import { inputText } from './inputs.ts';
import { genesOf } from './mutate.ts';
import type { Split } from '../plans.ts';
import { echoes, leaks, rejectInstruction } from './validate.ts';

const EDITS = 2;

/** @returns whether an edit was accepted */
export async function* refine(run: Run, parent: Candidate, split: Split): Steps<boolean> {
  const calls = 1 + EDITS * (1 + challengeCalls(run, split));
  if (run.searchCallsLeft() < 2 + challengeCalls(run, split)) return false;
  const cases = (wanted: boolean, most: number): Case[] =>
    split.race
      .filter((row) => run.mayAsk(parent, row) && run.answerOf(parent.id, row.id) !== undefined)
      .filter((row) => passed(run, run.answerOf(parent.id, row.id)!) === wanted)
      .slice(0, most)
      .map((row) => caseOf(run, parent, row));
  const wrong = cases(false, 3);
  const right = cases(true, wrong.length > 0 ? 1 : 3);
  if (wrong.length + right.length === 0) return false;
  yield run.phase('critique', 0, [parent.id], wrong.length + right.length, 'refine', calls);
  const words = Math.round(Math.max(350, run.count(run.start.instruction) + 120) * 0.7);
  const declined = run.declined.map((id) => run.candidates.get(id)?.madeBy).flatMap((m) => (m?.kind === 'refine' ? [m.cause] : []));
  const askOf = (shown: number): ChatMessage => ({
    role: 'user',
    content: critiquePrompt({
      instruction: parent.instruction,
      description: run.description,
      wrong: wrong.slice(0, shown),
      right: shown > 1 ? right : right.slice(0, wrong.length > 0 ? 0 : 1),
      declined: declined.slice(-3),
    }),
  });
  // What does not fit is shed here first: rows shown, down to one (section 9). The refine call goes on from this one.
  const room = 240 + 160 + Math.round(run.count(parent.instruction) * 1.5) + 200;
  let shown = 3;
  while (shown > 1 && run.roomFor([askOf(shown)]) < room) shown--;
  const ask = askOf(shown);
  const reply = yield* run.write('critique', [ask], 240, critiqueSchema);
  const causes: string[] = [];
  for (const cause of readStrings(reply.text, 'causes', reply.finish !== 'stop').slice(0, 3)) {
    // A cause that speaks of one row would put that row into the instruction.
    const reason = leaks(cause, parent.instruction, split.race)
      ? 'leaks-row'
      : echoes(cause, ask.content, parent.instruction)
        ? 'echo'
        : cause.split(/\s+/).length < 4
          ? 'unreadable'
          : null;
    if (reason) yield { type: 'rejected', source: 'critique', text: cause, reason };
    else causes.push(cause);
  }
  if (causes.length === 0) {
    yield { type: 'note', code: 'critique-unreadable', text: 'The model named no cause that could be used; this step was left out.' };
    return false;
  }
  yield { type: 'critique', candidate: parent.id, causes };
  let accepted = false;
  for (const [i, cause] of causes.slice(0, EDITS).entries()) {
    if (run.searchCallsLeft() < 1 + challengeCalls(run, split)) break;
    yield run.phase('refine', 0, [parent.id], 0, 'refine', 1 + challengeCalls(run, split));
    // The same chat: engines reuse its prefix.
    const content = refinePrompt({ cause, variables: variablesOf(parent.instruction), words });
    const edit = yield* run.write(
      'refine',
      [ask, { role: 'assistant', content: reply.text }, { role: 'user', content }],
      60 + Math.round(run.count(parent.instruction) * 1.5),
      refineSchema,
    );
    const text = edit.finish === 'stop' ? textOf(readObject(edit.text)?.instruction) : '';
    const reason =
      edit.finish !== 'stop' ? 'cut' : text === '' ? 'unreadable' : rejectInstruction(run, text, parent, ask.content + content, split.race);
    if (reason) {
      yield { type: 'rejected', source: 'refine', text: text || edit.text.slice(0, 500), reason };
      continue;
    }
    const child = yield* run.add({
      ...genesOf(parent),
      instruction: text,
      contract: true,
      madeBy: { kind: 'refine', cause: causes[i] ?? cause },
    });
    if (yield* challenge(run, child, split, 'refine', 'refine')) {
      accepted = true;
      break;
    }
  }
  return accepted;
}

/** Right; of an open task: every criterion met. */
const passed = (run: Run, answer: Scored): boolean =>
  run.judged ? answer.read !== null && !answer.read.includes('n') : answer.score >= 0.5;

function caseOf(run: Run, parent: Candidate, row: Row): Case {
  const answer = run.answerOf(parent.id, row.id)!;
  const count = (t: string) => run.count(t);
  if (run.judged)
    return {
      input: clip(inputText(row), 160, count),
      output: clip(answer.output, 200, count),
      unmet: run.criteria.filter((_, i) => answer.read?.[i] !== 'y'),
    };
  return {
    input: clip(inputText(row), 160, count),
    output: clip(answer.output, 120, count),
    read: answer.read,
    right: clip(row.answer ?? '', 40, count),
  };
}
