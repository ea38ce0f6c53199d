/** What changed, in short sentences, each from a measured event of the run; none without one (method, section 6). */
import type { RunEvent } from '../events.ts';
import type { Run } from '../run.ts';
import { styleOf } from '../styles.ts';
import type { Candidate, Verdict } from '../types.ts';

type Acceptance = Extract<RunEvent, { type: 'acceptance' }>;

const rowsWord = (n: number): string => (n === 1 ? '1 row' : `${n} rows`);
const tokensWord = (n: number): string => (Math.round(n) === 1 ? '1 token' : `${Math.round(n)} tokens`);

const inputsWord = (n: number): string => (n === 1 ? '1 input' : `${n} inputs`);
const timesWord = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);
/** What a row of the search is: one of an open task counts by the criteria that its reply meets. */
const counted = (run: Run, rows: number): string => (run.judged ? `${inputsWord(rows)}, by the checklist,` : rowsWord(rows));

export function madeInWords(c: Candidate): string {
  const m = c.madeBy;
  switch (m.kind) {
    case 'start':
      return 'Your prompt';
    case 'contract':
      return 'Says how to mark the answer';
    case 'free-baseline':
      return 'Asks to think step by step';
    case 'criteria':
      return 'Says what a good reply is known by';
    case 'style':
      return `Adds a way of thinking: ${styleOf(m.style)?.title ?? m.style}`;
    case 'model':
      return 'Rewritten by the model';
    case 'refine':
      return 'Mended after a critique';
    case 'demos':
      return `Shows ${m.count === 1 ? 'one example' : `${m.count} examples`} ${m.reasoning ? 'worked out in steps' : 'with answers only'}`;
    case 'persona':
      return 'Speaks to the model as an expert';
    case 'keywords':
      return 'Names what matters';
  }
}

export function improvements(run: Run, verdict: Verdict, acceptances: readonly Acceptance[], heldOut: boolean): string[] {
  const out: string[] = [];
  const percent = (x: number) => `${Math.round(x * 100)} %`;
  if (verdict.result === 'c0') {
    for (const a of acceptances.slice(-3)) {
      const candidate = run.candidate(a.candidate);
      const tied = `won ${a.wins} and lost ${a.losses} of ${counted(run, a.wins + a.losses + a.ties)}`;
      out.push(
        a.accepted
          ? `Not kept: “${madeInWords(candidate)}” led the search (${tied}) but not the verdict.`
          : `Not kept: “${madeInWords(candidate)}” ${tied} in the search.`,
      );
    }
    return out;
  }
  // From the result up to the start: every ancestor that was itself accepted, or is new against its parent.
  for (
    let c: Candidate | undefined = run.candidate(verdict.result);
    c && c.id !== 'c0';
    c = c.parentId ? run.candidates.get(c.parentId) : undefined
  ) {
    const won = acceptances.find((a) => a.candidate === c!.id);
    if (won)
      out.unshift(
        `${madeInWords(c)}: won ${won.wins} and lost ${won.losses} of ${counted(run, won.wins + won.losses + won.ties)} against ${won.against === 'c0' ? 'your prompt' : 'the best before it'} in the search.`,
      );
  }
  const { start, final, comparison: c } = verdict;
  if (run.judged && verdict.outcome === 'stopped') {
    if (c && c.rows > 0)
      out.push(
        `So far, by the checklist, on ${inputsWord(c.rows)} of the search: better ${timesWord(c.wins)}, worse ${timesWord(c.losses)}.`,
      );
  } else if (run.judged) {
    if (c && c.rows > 0)
      out.push(
        `Side by side on ${inputsWord(c.rows)}${verdict.looks > 0 ? ' kept back' : ''}: its reply was preferred ${timesWord(c.wins)}, your prompt’s ${timesWord(c.losses)}.`,
      );
  } else if (c && c.rows > 0) {
    const flips = `n ${rowsWord(c.rows)} ${heldOut ? 'kept back' : 'of the search'}: ${c.wins} newly right, ${c.losses} newly wrong.`;
    // A result that was never accepted in the search (the plain sentence) has only this to show for itself.
    out.push(out.length > 0 ? `O${flips}` : `${madeInWords(run.candidate(verdict.result))}. O${flips}`);
  }
  if (start && final && start.unreadable > final.unreadable)
    out.push(`Answers that could not be read: ${start.unreadable} of ${start.rows} before, ${final.unreadable} of ${final.rows} now.`);
  if (start && final && final.replyTokens > 1.5 * start.replyTokens + 2)
    out.push(`Replies are longer: ${tokensWord(start.replyTokens)} before, ${Math.round(final.replyTokens)} now.`);
  if (start && final && final.replyTokens * 1.5 + 2 < start.replyTokens)
    out.push(`Replies are shorter: ${tokensWord(start.replyTokens)} before, ${Math.round(final.replyTokens)} now.`);
  if (verdict.free && verdict.final && verdict.reason === 'sign-test')
    out.push(
      `“Think step by step” alone reached ${percent(verdict.free.mean)} on the same rows, this prompt ${percent(verdict.final.mean)}.`,
    );
  return out.slice(0, 6);
}
