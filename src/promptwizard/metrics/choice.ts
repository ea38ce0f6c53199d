import type { MetricSpec, Row } from '../types.ts';
import type { Metric } from './kind.ts';
import { atMostWords, escapeRegExp, lines, plain, startsWithAny } from './plain.ts';
import { firstRead, markAnswer, type AnswerSpan } from './span.ts';

/** A last line that says what it concludes is believed over letters that the steps before it discuss. */
const CONCLUDES = /(?<!\p{L})(?:answer|therefore|thus|hence|so|correct|conclusion|choose|pick|select)(?!\p{L})/iu;

/** Options of the question, letter to text: `(A) text` or `A. text` by line, else `(A) text (B) text` in one. */
function optionsOf(question: string): [letter: string, text: string][] {
  const byLine = Array.from(question.matchAll(/(?:^|\n)[ \t]{0,8}[([]?(\p{L})[)\].:][ \t]{1,8}([^\n]{1,600})/gu));
  const found = byLine.length > 1 ? byLine : Array.from(question.matchAll(/\((\p{L})\)\s{0,3}([^()\n]{1,600})/gu));
  return found.map((m) => [m[1]!.toUpperCase(), plain(m[2]!)]);
}

export function choiceMetric(spec: Extract<MetricSpec, { kind: 'choice' }>): Metric {
  const declared = new Map(
    spec.letters.map((letter) => [plain(letter).toUpperCase(), plain(letter).toUpperCase()]).filter(([l]) => l) as [string, string][],
  );
  const any = Array.from(declared.keys(), escapeRegExp).join('|') || '(?!)';
  // Brackets, a name or a line's beginning make a letter an option; alone it may be the article "A" or the pronoun "I".
  const strong = [
    new RegExp(`[([{]\\s?(${any})\\s?[)\\]}]`, 'giu'),
    new RegExp(`(?:^|\\n)[\\s*_"'\`>(-]{0,6}(${any})[*_]{0,3}[).:](?=[\\s*_]|$)`, 'giu'),
    new RegExp(
      `(?=[OoCcAaLl])(?<!\\p{L})(?:[Oo]ption|[Cc]hoice|[Aa]nswer|[Ll]etter|OPTION|CHOICE|ANSWER)\\s{1,3}["'*(]{0,3}(${any})(?![\\p{L}\\p{N}])`,
      'gu',
    ),
  ];
  const bare = new RegExp(
    `${startsWithAny([...declared.keys()])}(?<![\\p{L}\\p{N}'’])(${any})(?![\\p{L}\\p{N}'’])(?!(?<=[AI])\\s(?!(?:or|and)\\s)\\p{L})`,
    'gu',
  );

  const lettersBy = (patterns: RegExp[], text: string): Set<string> => {
    const found = new Set<string>();
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) found.add(match[1]!.toUpperCase());
    return found;
  };
  const only = (found: Set<string>): string | null => (found.size === 1 ? [...found][0]! : null);

  /** undefined: no letter at all. null: two different ones. */
  const letterIn = (text: string, bareToo: boolean): string | null | undefined => {
    const alone = declared.get(plain(text).toUpperCase());
    if (alone) return alone;
    for (const found of [lettersBy(strong, text), ...(bareToo ? [lettersBy([bare], text)] : [])]) if (found.size > 0) return only(found);
    return undefined;
  };

  const optionIn = (text: string, row: Row | undefined): string | null => {
    if (!row) return null;
    const said = plain(text);
    const same = optionsOf(row.question).filter(([letter, option]) => declared.has(letter) && option !== '' && option === said);
    return same.length === 1 ? same[0]![0] : null;
  };

  const readSpan = (span: string, from: AnswerSpan['from'], row?: Row): string | null => {
    if (from !== 'whole') {
      const letter = letterIn(span, true);
      return letter === undefined ? optionIn(span, row) : letter;
    }
    const rows = lines(span);
    const last = rows.at(-1) ?? '';
    const lastLetter = letterIn(last, atMostWords(last, 3));
    const all = lettersBy(strong, span);
    if (lastLetter && (all.size <= 1 || rows.length === 1 || CONCLUDES.test(last) || declared.has(plain(last).toUpperCase())))
      return lastLetter;
    if (lastLetter === null) return null;
    // Letters that the steps discuss are no answer, unless there is one only.
    return only(all) ?? (all.size === 0 ? (optionIn(span, row) ?? optionIn(last, row)) : null);
  };

  const read = (output: string, row?: Row) => firstRead(output, (span, from) => readSpan(span, from, row));
  const goldOf = (row: Row) => (row.answer === undefined ? null : read(markAnswer(row.answer), row));
  const shown = Array.from(declared.values(), (letter) => `(${letter})`);
  const inWords = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)!}` : shown.join('');
  return {
    spec,
    read,
    score(found, row) {
      return found !== null && found === goldOf(row) ? 1 : 0;
    },
    canScore: (row) => goldOf(row) !== null,
    describe: () => `one of ${shown.join(', ')}`,
    ask: `End with the letter alone, ${inWords}, in <answer></answer> tags`,
    labels: shown,
  };
}
