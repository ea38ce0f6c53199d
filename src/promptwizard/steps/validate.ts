/** Mechanical checks on a text that a model proposed (method, sections 3.1 and 5). No call is made. */
import type { RejectReason } from '../events.ts';
import { labelsOf } from '../metrics/reading.ts';
import { ASKS_MARK, variablesOf } from '../render.ts';
import type { Run } from '../run.ts';
import { STYLES } from '../styles.ts';
import type { Candidate, Row } from '../types.ts';

const words = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKC')
    .match(/[\p{L}\p{N}]+/gu) ?? [];
export const normalised = (text: string): string => words(text).join(' ');

const COMMON = new Set(
  'about above after again all also always and any are ask asked answer answers assistant based because been before begin being below best but can carefully check clear clearly complete consider correct correctly could do does each end every exactly example final find first follow following for from get give given goes has have how if in instruction into its itself just keep know last let line list look make making may mean might more most must need next not note now number numbers of on once one only option options or order other out own part parts per place please provide put question questions read ready reply respond result right same say see set should show single some state statement step steps such sure take task tell than that the their them then there these they thing things think this those through time to total true two until up use used using value want way what when where whether which while who why will with word words work write you your'.split(
    ' ',
  ),
);

/** Words that carry a row's content: longer than three letters, or numbers of two digits and more, and not common. */
const contentWords = (text: string): Set<string> =>
  new Set(words(text).filter((w) => (w.length > 3 || /^\d{2,}$/.test(w)) && !COMMON.has(w)));

export function ngrams(text: string, n: number): Set<string> {
  const list = words(text);
  const grams = new Set<string>();
  for (let i = 0; i + n <= list.length; i++) grams.add(list.slice(i, i + n).join(' '));
  return grams;
}

/** The words a text adds to its parent and takes from it. */
function changeFrom(parent: string, text: string): Set<string> {
  const before = new Set(words(parent));
  const after = new Set(words(text));
  return new Set([
    ...[...after].filter((w) => !before.has(w)).map((w) => `+${w}`),
    ...[...before].filter((w) => !after.has(w)).map((w) => `-${w}`),
  ]);
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let both = 0;
  for (const w of a) if (b.has(w)) both++;
  return both / (a.size + b.size - both);
}

/** Content words that stand in exactly one of the rows; of these two or more in a text are a leak. */
export function leaks(text: string, parent: string, rows: readonly Row[]): boolean {
  const own = contentWords(parent);
  const found = [...contentWords(text)].filter((w) => !own.has(w));
  if (found.length < 2) return false;
  const inRows = rows.map((row) => contentWords(`${row.question} ${Object.values(row.inputs ?? {}).join(' ')} ${row.answer ?? ''}`));
  const perRow = inRows.map(() => 0);
  for (const word of found) {
    const holders = inRows.flatMap((set, i) => (set.has(word) ? [i] : []));
    const only = holders.length === 1 ? holders[0] : undefined;
    if (only !== undefined) perRow[only]!++;
  }
  if (perRow.some((n) => n >= 2)) return true;
  const grams = ngrams(text, 8);
  return grams.size > 0 && rows.some((row) => [...ngrams(row.question, 8)].some((g) => grams.has(g) && !normalised(parent).includes(g)));
}

/** Whether a text repeats the request it answers: all of it, or six words in a row that are not the parent's own. */
export function echoes(text: string, request: string, parent: string): boolean {
  const own = normalised(parent);
  const asked = normalised(request);
  if (asked.includes(normalised(text)) && !own.includes(normalised(text))) return true;
  return [...ngrams(text, 6)].some((gram) => asked.includes(gram) && !own.includes(gram));
}

/** Scripts that tell languages apart by their letters; within one script they are not told apart. */
const SCRIPTS = [/\p{Script=Latin}/gu, /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/gu, /\p{Script=Hangul}/gu, /\p{Script=Cyrillic}/gu, /\p{Script=Arabic}/gu, /\p{Script=Hebrew}/gu, /\p{Script=Devanagari}/gu, /\p{Script=Thai}/gu, /\p{Script=Greek}/gu]; // prettier-ignore

/** Whether a fifth of the text's letters or more are of a script that the parent does not use. */
export function otherScript(text: string, parent: string): boolean {
  const letters = (text.match(/\p{L}/gu) ?? []).length;
  if (letters === 0) return false;
  return SCRIPTS.some((script) => (text.match(script) ?? []).length >= letters / 5 && !parent.match(script));
}

/** Whether a third or more of the four-word runs are repeats: a reply that ran on. */
export function loops(text: string): boolean {
  const list = words(text);
  if (list.length < 16) return false;
  return ngrams(text, 4).size <= ((list.length - 3) * 2) / 3;
}

const TALK =
  /^(?:first guess|i have\b|i will\b|i am\b|i'm\b|i'll\b|i can\b|let me\b|sure\b|here (?:is|are)\b|the (?:new )?(?:version|instruction|variant)s?\b|version \d|variant \d|as an ai\b)/i;

/** Why the text cannot be a candidate; null when it can. A text that was judged is remembered, whatever came of it. */
export function rejectInstruction(
  run: Run,
  text: string,
  parent: Candidate,
  metaPrompt: string,
  rows: readonly Row[],
): RejectReason | null {
  const normal = normalised(text);
  if (normal === '') return 'unreadable';
  if (run.seen.has(normal) || normal === normalised(parent.instruction)) return 'seen';
  const changes = changeFrom(parent.instruction, text);
  const near = [...run.seen].some((other) => other !== normal && jaccard(changes, changeFrom(parent.instruction, other)) >= 0.9);
  run.seen.add(normal);
  if (near) return 'near-duplicate';
  const names = variablesOf(parent.instruction);
  const has = new Set(variablesOf(text));
  if (names.some((name) => !has.has(name)) || [...has].some((name) => !names.includes(name))) return 'placeholder-lost';
  const labels = run.metric ? labelsOf(run.metric.spec) : [];
  const lower = text.toLowerCase();
  if (labels.some((l) => l.length > 1 && parent.instruction.toLowerCase().includes(l.toLowerCase()) && !lower.includes(l.toLowerCase())))
    return 'label-lost';
  if (ASKS_MARK.test(parent.instruction) && !ASKS_MARK.test(text)) return 'mark-lost';
  if (run.count(text) > Math.max(350, run.count(run.start.instruction) + 120)) return 'too-long';
  if (otherScript(text, parent.instruction + run.description)) return 'other-language';
  if (loops(text) && !loops(parent.instruction)) return 'loops';
  if (echoes(text, metaPrompt, parent.instruction)) return 'echo';
  if (
    STYLES.filter((s) => normal.includes(normalised(s.sentence)) || (normal.includes(normalised(s.title)) && s.title.includes(' ')))
      .length > 2
  )
    return 'echo';
  if (/[?？]\s*$/.test(text) && !/[?？]\s*$/.test(parent.instruction)) return 'question';
  if (TALK.test(text.trim()) || words(text).length < 3 || /^[\W\d]*$/.test(text)) return 'not-an-instruction';
  if (leaks(text, parent.instruction, rows)) return 'leaks-row';
  return null;
}

const MAKERS =
  /\b(?:qwen|alibaba|openai|chatgpt|gpt|claude|anthropic|gemini|google|llama|meta ai|mistral|smollm|hugging ?face|deepseek|language model|chatbot)\b/i;

export function rejectPersona(run: Run, text: string): RejectReason | null {
  if (!/^you\b/i.test(text.trim())) return 'not-an-instruction';
  if (/[?？]/.test(text)) return 'question';
  if (MAKERS.test(text)) return 'names-a-model';
  if (run.count(text) > 80) return 'too-long';
  if (otherScript(text, run.start.instruction + run.description)) return 'other-language';
  return null;
}

export { MAKERS };
