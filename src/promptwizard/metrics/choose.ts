import type { MetricSpec, Row } from '../types.ts';
import { itemsOf } from './items.ts';
import { jsonIn } from './jsonText.ts';
import { isNumber } from './numerals.ts';
import { atMostWords, fold, plain } from './plain.ts';

const LETTER = /^[([]?([A-Za-z])[)\].:]?$/;
const MOST_LABELS = 20;
const MOST_LETTER = 'J';
/** Answers that are labels however few rows there are. */
const PAIRS = new Set(['yes', 'no', 'true', 'false']);

/** Numbers when nearly all answers are: one stray row, or one in twenty, does not change what the task is. */
function numbers(answers: string[]): boolean {
  const strays = answers.filter((answer) => !isNumber(answer)).length;
  return strays <= Math.max(answers.length >= 8 ? 1 : 0, Math.floor(answers.length / 20));
}

/** All letters up to the last one seen: an option that no row answers with must still be read as another answer. */
function letters(answers: string[]): string[] | null {
  const found = answers.map((answer) => LETTER.exec(answer)?.[1]?.toUpperCase());
  if (found.some((letter) => letter === undefined || letter > MOST_LETTER)) return null;
  const last = (found as string[]).reduce((a, b) => (a > b ? a : b));
  const all = Array.from({ length: last.charCodeAt(0) - 64 }, (_, i) => String.fromCharCode(65 + i));
  return all.length === 1 ? ['A', 'B'] : all;
}

function labels(answers: string[]): string[] | null {
  const spellings = new Map<string, string>();
  for (const answer of answers) {
    const key = fold(answer);
    if (answer.length > 40 || !atMostWords(answer, 4) || plain(answer) === '') return null;
    if (!spellings.has(key)) spellings.set(key, answer);
  }
  const known = [...spellings.keys()].every((key) => PAIRS.has(key));
  if (known) {
    // Rows that all say "yes" still have "no" as the other answer.
    const [first] = spellings.keys();
    const pair = first === 'yes' || first === 'no' ? ['no', 'yes'] : ['false', 'true'];
    for (const other of pair) if (!spellings.has(other)) spellings.set(other, alike(other, spellings.get(first!)!));
  } else if (spellings.size < 2 || spellings.size > MOST_LABELS || spellings.size * 2 > answers.length) return null;
  return [...spellings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, label]) => label);
}

/** `word` in the case of `model`: "No" beside "Yes". */
function alike(word: string, model: string): string {
  if (model === model.toLowerCase()) return word;
  return model === model.toUpperCase() ? word.toUpperCase() : word[0]!.toUpperCase() + word.slice(1);
}

/** Whether most answers are prose: sentences, or long. A list of words is not. */
function prose(answers: string[]): boolean {
  const long = answers.filter((answer) => !atMostWords(answer, 25) || (!atMostWords(answer, 7) && /[.!?,;]/.test(answer))).length;
  return long * 2 >= answers.length;
}

/** Whether nearly all are, four in five: the others are then set aside as unreadable, and named. */
const mostly = (answers: readonly string[], is: (answer: string) => boolean): boolean =>
  answers.filter(is).length * 5 >= answers.length * 4;

const isJson = (answer: string): boolean => /^[{[]/.test(answer) && typeof jsonIn(answer) === 'object';

/**
 * Lists whose order cannot matter. Doubt keeps them exact: "Paris, France" and coordinates have one length in all rows,
 * numbers have a place, and lists that all stand in the order of the alphabet were sorted on purpose.
 */
function lists(answers: string[]): boolean {
  const items = answers.map((answer) => (/[,;\n]/.test(answer) ? itemsOf(answer) : []));
  const isList = (list: string[]) =>
    list.length > 1 && list.every((item) => atMostWords(item, 4) && item.length <= 40 && !/^[\d.,\s-]+$/.test(item));
  const found = items.filter(isList);
  if (answers.length < 4 || found.length * 5 < answers.length * 4) return false;
  const sorted = found.filter((list) => list.every((item, i) => i === 0 || list[i - 1]! <= item));
  return new Set(found.map((list) => list.length)).size > 1 && sorted.length * 4 < found.length * 3;
}

/** The metric that the answers call for; null without any. The questions are not looked at. */
export function chooseMetric(rows: readonly Row[]): MetricSpec | null {
  const answers = rows.map((row) => row.answer?.trim() ?? '').filter((answer) => answer !== '');
  if (answers.length === 0) return null;
  if (numbers(answers)) return { kind: 'number' };
  if (mostly(answers, isJson)) return { kind: 'json' };
  const options = letters(answers);
  if (options) return { kind: 'choice', letters: options };
  const names = labels(answers);
  if (names) return { kind: 'label', labels: names };
  if (lists(answers)) return { kind: 'set' };
  return { kind: prose(answers) ? 'similarity' : 'exact' };
}
