import { fence } from './fence.ts';

/** What was asked for, without any word of which prompt the reply answers. */
interface Seen {
  instruction: string;
  input: string;
}

const request = ({ instruction, input }: Seen): string[] => [
  'Somebody asked for this:',
  fence('request', instruction),
  ...(input ? [fence('input', input)] : []),
];

/** Asks for one letter a criterion. */
export function judgePrompt(o: Seen & { reply: string; criteria: readonly string[] }): string {
  return [
    ...request(o),
    'This is the reply they got:',
    fence('reply', o.reply),
    'Check the reply strictly against each of these, one by one:',
    ...o.criteria.map((c, i) => `${i + 1}. ${c}`),
    `Answer with ${o.criteria.length === 1 ? 'one letter' : `${o.criteria.length} letters, one for each in that order, a line for each`}: y for yes or met, n for no or not met. Write nothing else.`,
  ].join('\n');
}

/** Asks for one letter: the better of two replies. */
export function comparePrompt(o: Seen & { first: string; second: string; criteria: readonly string[] }): string {
  return [
    ...request(o),
    'Two replies came back.',
    fence('reply_A', o.first),
    fence('reply_B', o.second),
    'Which of them serves the request better? Look at the substance and the form, not at the order or the length alone.',
    ...(o.criteria.length > 0 ? ['What matters:', ...o.criteria.map((c) => `- ${c}`)] : []),
    'Answer with one letter, A or B. Write nothing else.',
  ].join('\n');
}

/** Asks for one letter: whether a worked example holds together. */
export function coherencePrompt(o: { input: string; working: string; answer: string }): string {
  return [
    'A worked example for others to learn from:',
    fence('question', o.input),
    fence('working', o.working),
    fence('answer', o.answer),
    'Does the working answer this question and lead to this answer without a mistake? Answer with one letter: y for yes, n for no.',
  ].join('\n');
}
