/** The yes/no criteria that an open task is judged by: cleaned of what small models write, filled up by our own. */
import { CRITERIA } from '../prompts/understand.ts';
import { normalised } from './validate.ts';

/** For any piece of writing. A yes always means good. */
const GENERAL = [
  'Does the reply do everything that was asked for?',
  'Is the reply about this very input, with its particulars, rather than general?',
  'Is the tone right for the person who will read it?',
  'Is the reply clearly built, so that its main point is found at once?',
  'Is the reply free of anything that the input does not support?',
  'Is the reply as short as it can be without leaving out what matters?',
];

/** A yes to these means bad: "Does the reply contain errors?" */
const UPSIDE_DOWN =
  /\b(?:errors?|mistakes?|typos?|lacks?|lacking|missing|fails?|ignores?|wrong|unclear|vague|irrelevant|unnecessary|rude|offensive|too (?:long|short|vague|formal|informal))\b/i;
const NEGATED = /\b(?:free of|free from|without|avoids?|avoiding|no|not|never|any room for)\b/i;

/** Usable questions of the model, each once. */
export function checklist(proposed: readonly string[]): string[] {
  const kept = new Map<string, string>();
  for (const text of proposed) {
    const line = text.replace(/\s+/g, ' ').replace(/^\W*(?:\d+[.)]\s*)?/, '').trim(); // prettier-ignore
    // Questions were asked for; statements such as "The reply names the customer." do as well, orders do not.
    const statement = /^(?:the|it|its|there|each|every|all|no)\b.*\.$/i.test(line);
    if (!(/[?？]$/.test(line) || statement) || line.length > 200 || line.split(' ').length < 4) continue;
    if (UPSIDE_DOWN.test(line) && !NEGATED.test(line)) continue;
    const key = normalised(line);
    if (!kept.has(key)) kept.set(key, line);
  }
  return [...kept.values()].slice(0, CRITERIA.most);
}

/** A criterion is put into prompts, where `{{text}}` would be a place to fill. */
export const withoutBraces = (criterion: string): string => criterion.replace(/\{\{\s*|\s*\}\}/g, '');

/** At least four criteria: the given ones first, then general ones. */
export function filledUp(criteria: readonly string[]): string[] {
  const known = new Set(criteria.map(normalised));
  const more = GENERAL.filter((c) => !known.has(normalised(c))).slice(0, Math.max(0, CRITERIA.least - criteria.length));
  return [...criteria, ...more].slice(0, CRITERIA.most);
}
