import { fence } from './fence.ts';

/** Asks for the way to an answer that is known, when no solution of the model's own got there. */
export const rationalePrompt = (o: { instruction: string; input: string; answer: string; contract: string }): string =>
  [
    'This instruction was given:',
    fence('instruction', o.instruction),
    'with this input:',
    fence('input', o.input),
    `The right answer is ${o.answer}. Write down, in as few short steps as it takes, how one gets there from the input alone, as if the answer were not known beforehand.`,
    o.contract || 'End with the answer on a line of its own.',
  ].join('\n');
