/**
 * Thinking styles: one sentence each, spoken to the one who answers. By code, a candidate is its parent and one of
 * these (method, section 3.1); in a mutation call a few are shown as ideas. PromptWizard's notion, our own list.
 */
export interface Style {
  id: string;
  title: string;
  sentence: string;
  /** For which tasks: those with a right answer, open ones, or both. */
  fits: 'closed' | 'open' | 'both';
}

const style = (id: string, title: string, sentence: string, fits: Style['fits'] = 'closed'): Style => ({ id, title, sentence, fits });
const writing = (id: string, title: string, sentence: string): Style => style(id, title, sentence, 'open');

export const STYLES: readonly Style[] = [
  style('parts', 'break into parts', 'Split the task into its parts, settle each part, then put them together.'),
  style('symbols', 'words to symbols', 'Turn what is said in words into numbers or symbols, then work with those.'),
  style('list', 'list first', 'First list every item that matters, one on each line, then answer from the list.'),
  style('count', 'count one by one', 'Go through the items one at a time and keep a running total.'),
  style('restate', 'restate the question', 'Say in one short line what is really asked, then answer exactly that.'),
  style('given', 'given and wanted', 'Write down what is given and what is wanted before you work it out.'),
  style('check', 'check at the end', 'When you have an answer, test it against every condition and mend it if one fails.'),
  style('backwards', 'work backwards', 'Start from what the answer must look like and work back to what is given.'),
  style('eliminate', 'rule out', 'Rule out what cannot be right, one possibility after another, and see what is left.'),
  style('each-option', 'weigh each option', 'Look at every option on its own and say in a few words what speaks for and against it.'),
  style('literal', 'read literally', 'Take every word at its plain meaning and add nothing that is not there.'),
  style('between-lines', 'read between the lines', 'Ask what the writer means beyond the plain words, and why it was put this way.'),
  style('irrelevant', 'leave out the rest', 'Set aside whatever has no bearing on the question before you begin.'),
  style('picture', 'draw it', 'Picture the situation and follow what changes in it, step after step.'),
  style('table', 'small table', 'Put the facts in a small table and read the answer off it.'),
  style('track', 'track the state', 'After each step note where things stand now, then take the next step.'),
  style('definition', 'define the terms', 'Fix what the key words mean here, and use them in that sense only.'),
  style('category', 'sort into kinds', 'Decide for each thing which kind it belongs to before you use it.'),
  style('edge', 'mind the odd case', 'Watch for the odd case: zero, one, many, none, and things that only look alike.'),
  style('estimate', 'estimate first', 'Make a rough guess of the size of the answer, then work it out and compare.'),
  style('simpler', 'simpler case', 'Solve a smaller case of the same kind first and carry the way over.'),
  style('two-ways', 'two ways', 'Work it out in two different ways and answer only when both agree.'),
  style('doubt', 'doubt yourself', 'Name the most likely mistake in a task like this one and make sure you avoid it.'),
  style('units', 'mind the units', 'Keep the unit beside every number and see that the units fit in the end.'),
  style('order', 'keep the order', 'Handle everything in the order in which it is given and skip nothing.'),
  style('rule', 'find the rule', 'Find the rule that governs the case, say it, and apply it.'),
  style('evidence', 'point to the evidence', 'Rest every claim on the words of the question that support it.'),
  style('contrast', 'compare', 'Compare the things in question side by side and go by where they differ.'),
  style('cause', 'cause and effect', 'Ask of each thing what brings it about and what follows from it.'),
  style('expert', 'as one who knows', 'Go about it as somebody would who does this kind of task every day.', 'both'),
  style('teach', 'explain to a beginner', 'Explain the way to the answer as you would to someone new to it.'),
  style('brief', 'few words', 'Use as few words as the task allows and give no comment.', 'both'),
  style('careful', 'slowly', 'Take your time, and read the whole question twice before you begin.'),
  style('opposite', 'try the opposite', 'Suppose the opposite of your first answer and see whether it could hold.'),
  writing('reader', 'think of the reader', 'Think first of who will read this and what they need from it, and write for them.'),
  writing('main-first', 'main point first', 'Put the main point in the first sentence and let the rest support it.'),
  writing(
    'particulars',
    'use the particulars',
    'Name the particulars that were given, such as people, things, dates and numbers, and build on them.',
  ),
  writing('plain-words', 'plain words', 'Use short sentences and everyday words, and leave out whatever does not help.'),
  writing('in-parts', 'parts in order', 'Settle which parts the text needs and in which order, then write one short paragraph for each.'),
  writing('next-step', 'end with a next step', 'End by saying plainly what happens next and who does it.'),
  writing(
    'warmth',
    'acknowledge, then act',
    'First show that you have understood how things stand for the other person, then turn to the matter.',
  ),
  writing('examples-in', 'show, do not claim', 'Back each claim with a detail or a small example instead of a strong adjective.'),
  writing('revise', 'write, then revise', 'Write a draft in your head, cut it by a third, and give only the revised text.'),
  writing('honest', 'promise nothing extra', 'Promise and assert only what the request supports, and say openly what is not known.'),
];

/** Styles that suit a task. */
export const stylesFor = (open: boolean): readonly Style[] => STYLES.filter((s) => s.fits === 'both' || (s.fits === 'open') === open);

export const styleOf = (id: string): Style | undefined => STYLES.find((s) => s.id === id);

/** What anyone can add without a search; the bar that a search must pass (Kojima et al., 2022, arXiv 2205.11916). */
export const FREE_SENTENCE = 'Think step by step.';

/** Adds a sentence to an instruction: in the same paragraph, or as its own after the paragraph of the last variable. */
export function withSentence(instruction: string, sentence: string): string {
  const body = instruction.trimEnd();
  if (body === '') return sentence;
  const gap = body.lastIndexOf('\n\n');
  const last = gap < 0 ? body : body.slice(gap + 2);
  if (last.includes('{{') || last.includes('\n') || /[:：]$/.test(last) || body.length - body.lastIndexOf('\n') > 600)
    return `${body}\n\n${sentence}`;
  return /[\p{L}\p{N}]$/u.test(body) ? `${body}. ${sentence}` : `${body} ${sentence}`;
}
