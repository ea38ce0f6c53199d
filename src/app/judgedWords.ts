/** The verdict of an open task in words: what the same model preferred, on which inputs, and how sure that is. */
import type { Paired, RunResult } from '../promptwizard/types.ts';
import { percent, plural } from './figures.ts';

export interface VerdictWords {
  tone: 'won' | 'same' | 'unsure';
  /** Two or three words. */
  headline: string;
  /** The measured fact behind the headline. */
  sentence: string;
  /** Further facts, each a sentence. */
  facts: string[];
  /** What a person can do about it; empty after `better`. */
  help: string[];
}

/** `the new prompt’s reply was preferred for 3 inputs, yours for 0, neither for 1`. */
const preferred = ({ wins, losses, ties }: Paired): string =>
  `the new prompt’s reply was preferred for ${plural(wins, 'input')}, yours for ${losses}, neither for ${ties}`;

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function judgedWords({ verdict }: RunResult): Pick<VerdictWords, 'tone' | 'headline' | 'sentence' | 'facts'> {
  const { comparison, start, final, outcome, reason } = verdict;
  const heldOut = verdict.looks > 0;
  const where = heldOut ? 'inputs that neither prompt had seen' : 'inputs that also chose the prompt';
  const facts: string[] = [];
  if (start && final && verdict.result !== 'c0')
    facts.push(
      `Criteria met, on average: ${percent(start.mean)} by your prompt’s replies, ${percent(final.mean)} by the new one’s, on ${plural(final.rows, 'input')}.`,
    );
  else if (start) facts.push(`Your prompt’s replies met ${percent(start.mean)} of the criteria on ${plural(start.rows, 'input')}.`);
  facts.push('Judged by the same model, blind and in both orders: a hint, not proof. Read a few of the replies below yourself.');
  if (outcome === 'better')
    return { tone: 'won', headline: 'Better, as judged by the same model.', sentence: `On ${where}, ${preferred(comparison!)}.`, facts };
  if (outcome === 'no-reliable-gain')
    return {
      tone: 'same',
      headline: 'No reliable gain.',
      sentence:
        reason === 'not-ahead' && comparison
          ? `Kept your prompt: on ${where}, ${preferred(comparison)}.`
          : 'Kept your prompt: its replies met the criteria as well as those of everything that was tried.',
      facts,
    };
  if (reason === 'undecided-kept-start' && comparison)
    return { tone: 'unsure', headline: 'Not decided.', sentence: `Kept your prompt: ${preferred(comparison)}, too close to tell.`, facts };
  if (!comparison || comparison.wins <= comparison.losses)
    return {
      tone: 'unsure',
      headline: 'Ahead by the checklist only.',
      sentence: comparison
        ? `It was accepted in the search; side by side, ${preferred(comparison)}.`
        : 'It was accepted in the search; the replies could not be put side by side.',
      facts,
    };
  return {
    tone: 'unsure',
    headline: 'Ahead, as judged by the same model.',
    sentence: `${upper(preferred(comparison))}, on ${plural(comparison.rows, 'input')}${heldOut ? ' that neither prompt had seen' : ' that also chose the prompt'}.`,
    facts,
  };
}
