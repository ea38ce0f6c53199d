/**
 * PromptWizard as published (Agarwal et al., arXiv 2405.18369), written from its description to be measured against. What
 * makes it weak on small models is kept: candidates are scored on different random rows, at most `maxEvalBatches` of
 * them; ties go to the longest prompt; the last prompt is not scored against the start and is always delivered; a refined
 * instruction that cannot be read ends the run. Where the description leaves a choice, the kinder one is taken: the start
 * competes in every round, examples are rows of the user and not made ones, and only the main loop's refine can end a run.
 */
import type { Llm, LlmReply, Purpose } from '../../src/promptwizard/llm.ts';
import type { Metric } from '../../src/promptwizard/metrics/metric.ts';
import { createRng, deriveSeed, type Rng } from '../../src/promptwizard/random.ts';
import { renderMessages } from '../../src/promptwizard/render.ts';
import { stylesFor } from '../../src/promptwizard/styles.ts';
import type { Candidate, ChatMessage, Demo, Row } from '../../src/promptwizard/types.ts';
import * as say from './upstreamPrompts.ts';

/** Names and values of the published configuration of its arithmetic demo. */
export const PUBLISHED = {
  mutateRefineIterations: 3,
  mutationRounds: 3,
  styleVariation: 5,
  refineInstruction: true,
  refineTaskEgIterations: 3,
  questionsBatchSize: 1,
  minCorrectCount: 3,
  maxEvalBatches: 6,
  topN: 1,
  seenSetSize: 25,
  fewShotCount: 5,
  generateReasoning: true,
  generateExpertIdentity: true,
  generateIntentKeywords: false,
};
export type UpstreamSettings = typeof PUBLISHED;

export class Unreadable extends Error {
  override name = 'unreadable';
}

interface Scored {
  text: string;
  score: number;
  wrong: { row: Row; output: string }[];
  right: { row: Row; output: string }[];
}

export async function upstream(
  o: { prompt: string; contract: string; rows: readonly Row[]; metric: Metric; settings: UpstreamSettings; seed: number },
  llm: Llm,
): Promise<Candidate> {
  const { settings: s, metric, contract } = o;
  const rng = createRng(deriveSeed(o.seed, 'upstream'));
  const seen = rng.sample(o.rows, s.seenSetSize);
  let writes = 0;
  const write = (purpose: Purpose, content: string): Promise<LlmReply> =>
    llm({ purpose, messages: [{ role: 'user', content }], maxTokens: 1024, temperature: 0.7, seed: deriveSeed(o.seed, writes++) });
  const solve = async (instruction: string, demos: Demo[], row: Row) => {
    const messages: ChatMessage[] = renderMessages(candidate(instruction, demos), row, { contract });
    const reply = await llm({ purpose: 'solve', messages, maxTokens: 1024, temperature: 0, seed: 0 });
    return { output: reply.text, right: metric.score(metric.read(reply.text, row), row) === 1 };
  };

  let current = o.prompt;
  for (let i = 0; i < s.mutateRefineIterations; i++) {
    const texts = [current];
    for (let round = 0; round < s.mutationRounds; round++) {
      const reply = await write('mutate', say.mutate(current, rng.sample(stylesFor(false), s.styleVariation), s.styleVariation));
      texts.push(...tagged(reply.text));
    }
    let best = top(await scoreAll(texts), s.topN);
    if (s.refineInstruction) {
      const refined: string[] = [];
      for (const one of best) refined.push(await refine(one, true));
      best = top([...best, ...(await scoreAll(refined))], s.topN);
    }
    current = best[0]!.text;
  }
  return withExamples(current);

  async function withExamples(found: string): Promise<Candidate> {
    let instruction = found;
    // Diverse examples: rows the prompt fails on, then any.
    const failed: Row[] = [];
    for (const row of rng.shuffle(seen)) {
      if (failed.length >= s.fewShotCount) break;
      if (!(await solve(instruction, [], row)).right) failed.push(row);
    }
    const rows = [...failed, ...seen.filter((row) => !failed.includes(row))].slice(0, s.fewShotCount);
    const demos: Demo[] = rows.map((row) => ({ rowId: row.id, question: row.question, answer: row.answer ?? '' }));
    for (let i = 0; i < s.refineTaskEgIterations; i++) {
      // Its new examples are asked for and paid for, and not used: made rows are mostly wrong on a small model.
      const critique = await write('critique', say.critiqueExamples(instruction, rows));
      await write('make-rows', say.synthesize(instruction, critique.text));
      const wrong = rows.map((row) => ({ row, output: row.answer ?? '' }));
      instruction = await refine({ text: instruction, score: 0, wrong, right: [] }, false);
    }
    if (s.generateReasoning)
      for (const demo of demos) demo.reasoning = (await write('reason', say.explain(instruction, demo))).text.replace(/<\/?\w+>/g, '');
    let persona: string | undefined;
    if (s.generateExpertIdentity) persona = tagged((await write('persona', say.expert(instruction))).text)[0];
    if (s.generateIntentKeywords) await write('keywords', say.intent(instruction));
    return { ...candidate(instruction, demos), ...(persona ? { persona } : {}) };
  }

  async function scoreAll(texts: readonly string[]): Promise<Scored[]> {
    const scored: Scored[] = [];
    for (const text of texts) scored.push(await score(text, rng));
    return scored;
  }

  /** Rows of its own for each prompt, until enough are right or the batches are spent. */
  async function score(text: string, chance: Rng): Promise<Scored> {
    const found: Scored = { text, score: 0, wrong: [], right: [] };
    let asked = 0;
    while (asked < s.maxEvalBatches && found.right.length < s.minCorrectCount) {
      const row = chance.pick(seen);
      const { output, right } = await solve(text, [], row);
      found[right ? 'right' : 'wrong'].push({ row, output });
      asked++;
    }
    return { ...found, score: found.right.length / asked };
  }

  async function refine(one: Scored, strict: boolean): Promise<string> {
    const cases = one.wrong.length > 0 ? one.wrong : one.right;
    const critique = await write('critique', say.critique(one.text, cases, one.wrong.length > 0));
    const reply = await write('refine', say.refine(one.text, cases, critique.text));
    const text = tagged(reply.text)[0];
    if (text === undefined && strict) throw new Unreadable('The refined instruction has no tags.');
    return text ?? one.text;
  }
}

const candidate = (instruction: string, demos: Demo[]): Candidate => ({ id: 'u', instruction, contract: true, demos, madeBy: { kind: 'refine', cause: '' } }); // prettier-ignore

const tagged = (text: string): string[] => Array.from(text.matchAll(/<START>([\s\S]*?)<END>/g), (m) => m[1]!.trim()).filter((t) => t !== ''); // prettier-ignore

/** The best by score; of equals the longest. */
const top = (scored: readonly Scored[], n: number): Scored[] =>
  [...scored].sort((a, b) => b.score - a.score || b.text.length - a.text.length).slice(0, n);
