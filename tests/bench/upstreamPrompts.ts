/** The requests of the published algorithm, in our words: what each shows and asks for is as described, tags and all. */
import type { Style } from '../../src/promptwizard/styles.ts';
import type { Demo, Row } from '../../src/promptwizard/types.ts';

const instructionOf = (text: string): string => `<instruction>\n${text}\n</instruction>`;
const IN_TAGS = 'Put each between <START> and <END>.';

export const mutate = (instruction: string, styles: readonly Style[], count: number): string =>
  [instructionOf(instruction), 'Mix these thinking styles in:', ...styles.map((s) => `- ${s.title}`), `Write ${count} new versions. ${IN_TAGS}`].join('\n'); // prettier-ignore

const casesOf = (cases: readonly { row: Row; output: string }[]): string =>
  cases.map(({ row, output }) => `${row.question}\nAnswered: ${output}\nRight: ${row.answer ?? ''}`).join('\n\n');

export const critique = (instruction: string, cases: readonly { row: Row; output: string }[], wrong: boolean): string =>
  [instructionOf(instruction), wrong ? 'It failed on these:' : 'It did well on these:', casesOf(cases), 'Say why, in detail.'].join('\n');

export const refine = (instruction: string, cases: readonly { row: Row; output: string }[], said: string): string =>
  [instructionOf(instruction), casesOf(cases), `The critique: ${said}`, `Write a better version. ${IN_TAGS}`].join('\n');

export const critiqueExamples = (instruction: string, rows: readonly Row[]): string =>
  [instructionOf(instruction), 'Its examples:', ...rows.map((row) => `${row.question} → ${row.answer ?? ''}`), 'What do they lack?'].join(
    '\n',
  );

export const synthesize = (instruction: string, said: string): string =>
  [instructionOf(instruction), `The critique of its examples: ${said}`, `Make new ones. ${IN_TAGS}`].join('\n');

export const explain = (instruction: string, demo: Demo): string =>
  [instructionOf(instruction), 'Give the steps that lead to the answer.', `The answer is ${demo.answer}.`, '', demo.question].join('\n');

export const expert = (instruction: string): string =>
  [instructionOf(instruction), `Describe the expert who does this best. ${IN_TAGS}`].join('\n');

export const intent = (instruction: string): string => [instructionOf(instruction), 'Give keywords of its intent.'].join('\n');
