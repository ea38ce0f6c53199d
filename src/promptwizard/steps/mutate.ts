/** New candidates from two sources: a thinking style added by code, and rewrites by the model (method, section 3.1). */
import type { RunEvent } from '../events.ts';
import { readStrings } from '../json.ts';
import { mutatePrompt, mutateSchema } from '../prompts/mutate.ts';
import { clip } from '../prompts/fence.ts';
import { createRng } from '../random.ts';
import { variablesOf } from '../render.ts';
import type { Run, Steps } from '../run.ts';
import { stylesFor, withSentence, type Style } from '../styles.ts';
import type { Candidate, Row } from '../types.ts';
import { normalised, rejectInstruction } from './validate.ts';

/** `count` candidates by code: free of calls; placeholders and contract hold by construction. */
export function* mutateByStyle(run: Run, parent: Candidate, count: number, round: number): Generator<RunEvent, Candidate[]> {
  const made: Candidate[] = [];
  const unused = stylesFor(run.judged).filter((s) => !run.usedStyles.has(s.id));
  for (const style of createRng(run.seedFor('styles', round, parent.id)).shuffle(unused)) {
    if (made.length >= count) break;
    run.usedStyles.add(style.id);
    const instruction = withSentence(parent.instruction, style.sentence);
    const normal = normalised(instruction);
    if (run.seen.has(normal)) continue;
    run.seen.add(normal);
    made.push(yield* run.add({ ...genesOf(parent), instruction, contract: true, madeBy: { kind: 'style', style: style.id } }));
  }
  return made;
}

/** Up to `count` candidates by the model, in at most `calls` calls; nonsense costs a candidate, never the run. */
export async function* mutateByModel(
  run: Run,
  parent: Candidate,
  count: number,
  calls: number,
  round: number,
  rows: readonly Row[],
): Steps<Candidate[]> {
  const made: Candidate[] = [];
  const variants = run.settings.styleVariation;
  const room = Math.max(350, run.count(run.start.instruction) + 120);
  for (let i = 0; i < calls && made.length < count; i++) {
    const styles: Style[] = createRng(run.seedFor('ideas', round, parent.id, i)).sample(stylesFor(run.judged), variants + 1);
    const content = mutatePrompt({
      instruction: clip(parent.instruction, 1300, (t) => run.count(t)),
      description: run.description,
      styles,
      variants,
      variables: variablesOf(parent.instruction),
      words: Math.round(Math.min(room, Math.max(run.judged ? 110 : 60, run.count(parent.instruction) * 1.5)) * 0.75),
      ...(run.judged ? { criteria: run.criteria } : {}),
    });
    const perVariant = Math.max(run.judged ? 130 : 80, Math.round(run.count(parent.instruction) * 1.3));
    const texts = yield* writeStrings(run, content, variants, perVariant);
    for (const text of texts.slice(0, variants)) {
      // What is said about the task, and the checklist, are there to be taken up.
      const reason = rejectInstruction(run, text, parent, withoutLines(content, [run.description, ...run.criteria]), rows);
      if (reason) yield { type: 'rejected', source: 'mutate', text, reason };
      else if (made.length < count)
        made.push(
          yield* run.add({
            ...genesOf(parent),
            instruction: text,
            contract: true,
            madeBy: { kind: 'model', styles: styles.map((s) => s.id) },
          }),
        );
    }
  }
  return made;
}

const withoutLines = (text: string, lines: readonly string[]): string =>
  lines.reduce((rest, line) => (line === '' ? rest : rest.replace(line, () => '—')), text);

async function* writeStrings(run: Run, content: string, variants: number, perVariant: number): Steps<string[]> {
  const limit = variants * perVariant + 20;
  const schema = mutateSchema(variants);
  const reply = yield* run.write('mutate', [{ role: 'user', content }], limit, schema);
  const found = readStrings(reply.text, 'variants', reply.finish !== 'stop');
  if (found.length > 0) return found;
  yield { type: 'rejected', source: 'mutate', text: reply.text.slice(0, 500), reason: reply.finish === 'stop' ? 'unreadable' : 'cut' };
  if (reply.finish === 'refused' || reply.text.trim() === '') return [];
  // One repair: the same reply, asked for in form.
  const repaired = yield* run.write(
    'repair',
    [
      { role: 'user', content },
      { role: 'assistant', content: clip(reply.text, 300, (t) => run.count(t)) },
      {
        role: 'user',
        content:
          'That cannot be read. Give the same versions again as a JSON object whose key "variants" holds an array of strings, and nothing else.',
      },
    ],
    limit,
    schema,
  );
  return readStrings(repaired.text, 'variants', repaired.finish !== 'stop');
}

/** What a child inherits beside the instruction. */
export const genesOf = (parent: Candidate): Omit<Candidate, 'id' | 'instruction' | 'contract' | 'madeBy'> => ({
  demos: parent.demos,
  ...(parent.persona ? { persona: parent.persona } : {}),
  ...(parent.keywords ? { keywords: parent.keywords } : {}),
  parentId: parent.id,
});
