/** Where in a reply the final answer stands. Every expression here is bounded: replies of any length take linear time. */
import { lines } from './plain.ts';

export interface AnswerSpan {
  span: string;
  from: 'mark' | 'phrase' | 'boxed' | 'hashes' | 'whole';
}

const THINK = /<\s{0,2}(\/?)\s{0,2}think(?:ing)?\s{0,2}>/gi;
const TAG = /<\s{0,3}(\/?)\s{0,3}answer\s{0,3}(\/?)\s{0,3}>/gi;
const PHRASE =
  /(?<!\p{L})(final\s{1,3})?answer(?:\s{1,3}to\s[^\n.:=]{1,80}?)?[*_`"')\]]{0,4}[ \t]{0,3}(is\b|[:：=]|(?=\n|$))[ \t]{0,3}[:：]?/giu;
/** More phrases than this are one reply saying it over and over. */
const PHRASES_READ = 3;
const LONGEST_BOX = 2000;

/** The reply without its thinking: finished blocks, a block that was never closed, and what precedes a lone close. */
export function stripThinking(output: string): string {
  let kept = '';
  let from = 0;
  let thinking = false;
  for (const tag of output.matchAll(THINK)) {
    if (tag[1] === '/') {
      if (!thinking) kept = '';
      thinking = false;
      from = tag.index + tag[0].length;
    } else if (!thinking) {
      kept += output.slice(from, tag.index);
      thinking = true;
    }
  }
  return thinking ? kept : kept + output.slice(from);
}

/** What the last answer mark holds. An empty one, and `…` out of a repeated instruction, count as none. */
function marked(text: string): { span: string; closed: boolean } | null {
  const tags = Array.from(text.matchAll(TAG), (m) => ({
    start: m.index,
    end: m.index + m[0].length,
    close: m[1] === '/' || m[2] === '/',
  }));
  const holds = (span: string) => !/^(?:\.{3}|…)?$/.test(span);
  for (let i = tags.length - 1; i > 0; i--) {
    if (!tags[i]!.close || tags[i - 1]!.close) continue;
    const span = text.slice(tags[i - 1]!.end, tags[i]!.start).trim();
    if (holds(span)) return { span, closed: true };
  }
  for (let i = tags.length - 1; i >= 0; i--) {
    if (tags[i]!.close) continue;
    // Without a close the answer ends with its paragraph, or in a close that was cut.
    const rest = text.slice(tags[i]!.end, tags[i + 1]?.start ?? text.length).trim();
    const paragraph = rest.split(/\n[ \t]{0,20}\n/, 1)[0]!;
    const span = paragraph.replace(/<[\s/]{0,3}[a-z]{0,8}$/i, '').trim();
    if (holds(span)) return { span, closed: false };
  }
  return null;
}

/** The first sentence of a line. Initials and common abbreviations do not end one. */
function firstSentence(line: string): string {
  for (const stop of line.matchAll(/[.!?]{1,3}(?=\s|$)/g)) {
    const before = line.slice(Math.max(0, stop.index - 6), stop.index);
    if (!/(?:^|[^\p{L}])(?:\p{L}|mr|mrs|ms|dr|st|mt|vs|approx|ca)$/iu.test(before)) return line.slice(0, stop.index);
  }
  return line;
}

interface Placed extends AnswerSpan {
  at: number;
}

function phrases(text: string): Placed[] {
  const found: Placed[] = [];
  for (const match of Array.from(text.matchAll(PHRASE)).slice(-PHRASES_READ)) {
    const after = match.index + match[0].length;
    const stop = text.indexOf('\n', after);
    const line = text.slice(after, stop < 0 ? text.length : stop);
    let span = line.trim();
    if (/^[\s*_`#:.]{0,20}$/.test(span) || /[:：]$/.test(span)) {
      // "The answer is as follows:" and a heading point at the next line, when it is the only one or called final.
      const next = lines(stop < 0 ? '' : text.slice(stop + 1, stop + 1 + LONGEST_BOX));
      span = next.length === 1 || match[1] ? (next[0] ?? '').trim() : '';
    } else {
      const sentence = firstSentence(span);
      if (/^(?:is|=)/i.test(match[2]!) || /^\S{1,40}(?:\s\S{1,40}){0,2}$/.test(sentence.trim())) span = sentence;
    }
    if (span !== '' && !/^[\s*_]{0,4}not\b/i.test(span)) found.push({ span: span.trim(), from: 'phrase', at: match.index });
  }
  return found;
}

function boxed(text: string): Placed[] {
  const at = text.lastIndexOf('\\boxed{');
  if (at < 0) return [];
  const from = at + '\\boxed{'.length;
  let depth = 1;
  let end = from;
  for (; end < text.length && end - from < LONGEST_BOX; end++) {
    if (text[end] === '{') depth++;
    else if (text[end] === '}' && --depth === 0) break;
  }
  const span = text.slice(from, end).trim();
  return span === '' ? [] : [{ span, from: 'boxed', at }];
}

/** `#### 42` in the last line only: elsewhere it is a heading. */
function hashes(text: string): Placed[] {
  const at = text.lastIndexOf('####');
  if (at < 0 || text[at - 1] === '#') return [];
  const rest = text.slice(at + 4).trim();
  return rest === '' || rest.includes('\n') ? [] : [{ span: rest, from: 'hashes', at }];
}

/**
 * The places to read an answer from, the most trusted first. A closed answer mark stands alone: what it holds is the
 * answer, readable or not. Else what stands last of "final answer is", `\boxed{}` and `####` leads, and the whole
 * reply comes last.
 */
export function answerSpans(output: string): AnswerSpan[] {
  const text = stripThinking(output);
  const mark = marked(text);
  if (mark?.closed) return [{ span: mark.span, from: 'mark' }];
  const bare = text.replace(TAG, ' ').trim();
  const placed = [...phrases(bare), ...boxed(bare), ...hashes(bare)].sort((x, y) => y.at - x.at);
  const spans: AnswerSpan[] = placed.map(({ span, from }) => ({ span, from }));
  spans.push({ span: bare, from: 'whole' });
  if (mark) spans.unshift({ span: mark.span, from: 'mark' });
  return spans;
}

/** The most trusted place of the answer. The whole reply, without thinking, when nothing marks one. */
export const answerSpan = (output: string): AnswerSpan => answerSpans(output)[0]!;

/** How an example shows its answer. */
export const markAnswer = (answer: string): string => `<answer>${answer.trim()}</answer>`;

/** The first reading that succeeds, most trusted place first. */
export function firstRead(output: string, read: (span: string, from: AnswerSpan['from']) => string | null): string | null {
  for (const { span, from } of answerSpans(output)) {
    const value = read(span, from);
    if (value !== null) return value;
  }
  return null;
}
