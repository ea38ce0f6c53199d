/** What is wrong with the form, before anything is spent. Pure. */
import { needsAnswers } from '../../promptwizard/metrics/needsAnswers.ts';
import { estimateTokens } from '../../promptwizard/tokens.ts';
import type { Task } from '../../promptwizard/types.ts';
import { count } from '../figures.ts';
import { numberList, rowsInConflict, rowsMissing } from './rows.ts';
import { isOpenTask } from '../../promptwizard/writing.ts';

export interface FormProblem {
  field: 'prompt' | 'rows' | 'settings';
  message: string;
  /** False: the run can start, the message says what is left out. */
  blocks: boolean;
}

/** Context of the models in the catalogue while none is loaded. */
export const USUAL_CONTEXT = 4096;
/** Tokens that the prompt may have, of a context of 4,096; in proportion on engines with more (method, section 9). */
export const startTokens = (contextSize: number): number => Math.floor((1180 * contextSize) / 4096);

export const EMPTY_PROMPT = 'Please enter a prompt to optimize.';

/** `system`: the person's own system message, which stands in every request as the prompt does. */
export function checkPrompt(prompt: string, contextSize: number, system = ''): FormProblem | null {
  if (prompt.trim() === '') return { field: 'prompt', message: EMPTY_PROMPT, blocks: true };
  const alone = estimateTokens(prompt);
  const tokens = alone + (system.trim() === '' ? 0 : estimateTokens(system));
  const most = startTokens(contextSize);
  if (tokens <= most) return null;
  if (tokens > alone)
    return {
      field: 'prompt',
      message: `Prompt and system message together are too long to optimize here: about ${count(alone)} and ${count(tokens - alone)} tokens, and a model with a context of ${count(contextSize)} tokens has room for about ${count(most)} besides the question and the answer. Nothing is lost: please shorten one of them.`,
      blocks: true,
    };
  return {
    field: 'prompt',
    message: `This prompt is too long to optimize here: about ${count(tokens)} tokens (${count(prompt.length)} characters), and a model with a context of ${count(contextSize)} tokens has room for about ${count(most)} besides the question and the answer. Nothing is lost: please shorten it, or give the long part as rows.`,
    blocks: true,
  };
}

export function checkRows(task: Pick<Task, 'prompt' | 'rows' | 'metric'>): FormProblem[] {
  const problems: FormProblem[] = [];
  for (const [name, rows] of rowsMissing(task.prompt, task.rows)) {
    const what = name === 'question' && !task.prompt.includes('{{') ? 'no question' : `no value for {{${name}}}`;
    problems.push({
      field: 'rows',
      message: `${rows.length === 1 ? 'Row' : 'Rows'} ${numberList(rows)} ${rows.length === 1 ? 'has' : 'have'} ${what}. Fill it in, or the run leaves ${rows.length === 1 ? 'it' : 'them'} out.`,
      blocks: false,
    });
  }
  if (!isOpenTask(task)) {
    const open = task.rows.map((row, i) => (row.answer || !needsAnswers(task.metric) ? 0 : i + 1)).filter((n) => n > 0);
    if (open.length > 0)
      problems.push({
        field: 'rows',
        message: `${open.length === 1 ? 'Row' : 'Rows'} ${numberList(open)} ${open.length === 1 ? 'has' : 'have'} no answer, so ${open.length === 1 ? 'it is' : 'they are'} not scored.`,
        blocks: false,
      });
    for (const numbers of rowsInConflict(task.rows).slice(0, 5))
      problems.push({
        field: 'rows',
        message: `Rows ${numberList(numbers)} ask the same and have different answers. Keep the one that is right; until then none of them is used.`,
        blocks: false,
      });
  }
  return problems;
}
