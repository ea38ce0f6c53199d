/** Which named column is the question, which the answer, which the reasoning; every other one is an input. */
import type { RowFields } from './reading.ts';

/** In order of preference: with `prompt` and `text` side by side, `prompt` is the question. */
const NAMES = {
  question: ['question', 'input', 'prompt', 'text', 'query', 'problem', 'task'],
  answer: [
    'answer',
    'output',
    'target',
    'label',
    'expected',
    'expected answer',
    'expected output',
    'solution',
    'gold',
    'response',
    'completion',
  ],
  reasoning: ['reasoning', 'explanation', 'rationale', 'steps'],
} as const;

/** Row numbers and the mark of where a row came from are no input, unless the prompt has a variable of that name. */
const LEFT_OUT = ['id', 'origin'];

/** Indices into the names. `inputs` may hold the question's index too. */
export interface Roles {
  question: number | null;
  answer: number | null;
  reasoning: number | null;
  inputs: number[];
}

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');

function firstOf(wanted: readonly string[], names: string[]): number | null {
  for (const name of wanted) {
    const at = names.indexOf(name);
    if (at >= 0) return at;
  }
  return null;
}

/** True when one of the names is a known column or a variable of the prompt. */
export function areNames(cells: string[], variables: string[] = []): boolean {
  const names = cells.map(plain);
  if (cells.some((cell) => cell.length > 60)) return false;
  return (
    names.some((name) => Object.values(NAMES).some((list) => (list as readonly string[]).includes(name))) ||
    cells.some((cell) => variables.includes(cell.trim()))
  );
}

/**
 * @param variables names of the prompt's `{{variables}}`
 */
export function rolesOf(names: string[], variables: string[] = []): Roles {
  const known = names.map(plain);
  const answer = firstOf(NAMES.answer, known);
  const reasoning = firstOf(NAMES.reasoning, known);
  let question = firstOf(NAMES.question, known);
  const inputs: number[] = [];
  names.forEach((name, i) => {
    if (i === answer || i === reasoning || i === question || name === '__proto__') return;
    if (LEFT_OUT.includes(known[i]!) && !variables.includes(name)) return;
    inputs.push(i);
  });
  // A prompt with `{{text}}` and `{{tone}}` looks for `text` among the inputs; `{{question}}` reads the question itself.
  if (question !== null && names[question] !== 'question' && (inputs.length > 0 || variables.includes(names[question]!)))
    inputs.unshift(question);
  // One column of an unknown name is the question of a prompt without variables.
  if (question === null && inputs.length === 1) question = inputs[0]!;
  return { question, answer, reasoning, inputs };
}

/** The row, or null when it has neither a question nor an input. Questions and inputs stay as they are, answers are trimmed. */
export function fieldsOf(names: string[], cells: (string | undefined)[], roles: Roles): RowFields | null {
  const at = (i: number | null): string => (i === null ? '' : (cells[i] ?? ''));
  const fields: RowFields = { question: at(roles.question).trim() === '' ? '' : at(roles.question) };
  // Object.fromEntries defines keys, so that names such as `constructor` are data like any other.
  const inputs = roles.inputs.filter((i) => at(i).trim() !== '').map((i) => [names[i]!, at(i)] as const);
  if (inputs.length > 0) fields.inputs = Object.fromEntries(inputs);
  if (at(roles.answer).trim() !== '') fields.answer = at(roles.answer).trim();
  if (at(roles.reasoning).trim() !== '') fields.reasoning = at(roles.reasoning).trim();
  return fields.question === '' && inputs.length === 0 ? null : fields;
}
