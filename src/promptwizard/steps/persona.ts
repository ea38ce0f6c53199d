/** Expert persona and intent keywords: one call each, last, kept only under the rule of acceptance (section 5). */
import { readObject, readStrings, textOf } from '../json.ts';
import { keywordsPrompt, keywordsSchema, personaPrompt, personaSchema } from '../prompts/persona.ts';
import type { Run, Steps } from '../run.ts';
import { challenge, challengeCalls } from './accept.ts';
import type { Split } from '../plans.ts';
import { MAKERS, rejectPersona } from './validate.ts';

export async function* persona(run: Run, split: Split): Steps<void> {
  if (run.settings.generateExpertIdentity && !run.input.task.system?.trim() && room(run, split)) {
    const parent = run.candidate(run.incumbent);
    yield run.phase('persona', 0, [parent.id], 0, 'more', 1 + challengeCalls(run, split));
    const reply = yield* run.write(
      'persona',
      [{ role: 'user', content: personaPrompt(parent.instruction, run.description) }],
      110,
      personaSchema,
    );
    const text = reply.finish === 'stop' ? textOf(readObject(reply.text)?.persona) : '';
    const reason = text === '' ? 'unreadable' : rejectPersona(run, text);
    if (reason) yield { type: 'rejected', source: 'persona', text, reason };
    else {
      const { instruction, demos, keywords } = parent;
      const child = yield* run.add({
        instruction,
        contract: parent.contract,
        demos,
        ...(keywords ? { keywords } : {}),
        persona: text,
        parentId: parent.id,
        madeBy: { kind: 'persona' },
      });
      yield* challenge(run, child, split, 'persona', 'more');
    }
  }
  if (run.settings.generateIntentKeywords && room(run, split)) {
    const parent = run.candidate(run.incumbent);
    yield run.phase('keywords', 0, [parent.id], 0, 'more', 1 + challengeCalls(run, split));
    const reply = yield* run.write(
      'keywords',
      [{ role: 'user', content: keywordsPrompt(parent.instruction, run.description) }],
      80,
      keywordsSchema,
    );
    const words = [
      ...new Set(readStrings(reply.text, 'keywords', reply.finish !== 'stop').filter((w) => w.length <= 40 && !MAKERS.test(w))),
    ].slice(0, 6);
    if (words.length < 2) {
      yield { type: 'rejected', source: 'keywords', text: reply.text.slice(0, 200), reason: 'unreadable' };
      return;
    }
    const { instruction, demos, persona: identity } = parent;
    const child = yield* run.add({
      instruction,
      contract: parent.contract,
      demos,
      ...(identity ? { persona: identity } : {}),
      keywords: `What matters: ${words.join(', ')}.`,
      parentId: parent.id,
      madeBy: { kind: 'keywords' },
    });
    yield* challenge(run, child, split, 'keywords', 'more');
  }
}

const room = (run: Run, split: Split): boolean => run.searchCallsLeft() >= 1 + challengeCalls(run, split);
