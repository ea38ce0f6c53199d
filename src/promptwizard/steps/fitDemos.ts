/** Keeps a prompt with examples within the context (method, section 9): reasoning is shed first, then examples. */
import { renderMessages } from '../render.ts';
import type { Run } from '../run.ts';
import type { Candidate, Demo } from '../types.ts';
import { inputText } from './inputs.ts';

/** Of a context of 4,096 tokens; in proportion on engines with more. */
const PROMPT = 1300;
const REPLY = 800;

/** Tokens that a prompt without its question may have here, the longest question and a reply beside it. */
export function promptRoom(run: Run): number {
  const context = run.input.model.contextSize;
  const longest = [...run.split.race, ...run.split.fresh].reduce((most, row) => Math.max(most, run.count(inputText(row))), 0);
  const reply = Math.min(Math.floor((REPLY * context) / 4096), run.settings.maxTokens);
  return Math.min(Math.floor((PROMPT * context) / 4096), context - longest - reply);
}

export function fitDemos(run: Run, candidate: Omit<Candidate, 'id'>): Demo[] {
  const room = promptRoom(run);
  const tokens = (demos: Demo[]) =>
    renderMessages({ id: '', ...candidate, demos }, { question: '' }, run.task).reduce((sum, m) => sum + run.count(m.content), 0);
  let demos = candidate.demos;
  while (demos.length > 0 && tokens(demos) > room) {
    const explained = demos.findLastIndex((demo) => demo.reasoning !== undefined);
    if (explained < 0) demos = demos.slice(0, -1);
    else demos = demos.map(({ reasoning, ...demo }, i) => (i === explained || reasoning === undefined ? demo : { ...demo, reasoning }));
  }
  return demos;
}
