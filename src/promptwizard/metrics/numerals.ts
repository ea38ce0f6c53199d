/** Numbers as people and models write them: separators, currency, percent, fractions, scientific, LaTeX, small words. */
import { startsWithAny } from './plain.ts';

export interface Numeral {
  /** One form for equal numbers: `-1234.5`, `45%`. Whole numbers keep all their digits. */
  text: string;
  start: number;
  end: number;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹⁻';
const VULGAR: Record<string, string> = {
  '½': '1/2', '⅓': '1/3', '⅔': '2/3', '¼': '1/4', '¾': '3/4', '⅕': '1/5', '⅖': '2/5', '⅗': '3/5', '⅘': '4/5',
  '⅙': '1/6', '⅚': '5/6', '⅛': '1/8', '⅜': '3/8', '⅝': '5/8', '⅞': '7/8',
}; // prettier-ignore
/** Zeros of digits that are not ASCII: Arabic, Persian, Devanagari, Bengali, Thai, full width. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
const CURRENCY = '$€£¥₹₩₽₺฿¢';
const SCALES: Record<string, number> = { hundred: 1e2, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

/** Spaces that group digits. A plain space does not: "3 100 dollar notes". */
const THIN = '\\u00a0\\u2007\\u2009\\u202f';
const FORMS = [
  '[1-9]\\d{0,2}(?:,\\d{3}){1,9}(?!,?\\d)(?:\\.\\d+)?', // 1,234,567.8
  '[1-9]\\d?(?:,\\d{2}){1,9},\\d{3}(?!,?\\d)(?:\\.\\d+)?', // 12,34,567
  `[1-9]\\d{0,2}(?:[${THIN}]\\d{3}){1,9}(?!\\d)(?:[.,]\\d+)?`, // 1 234 567,8
  "[1-9]\\d{0,2}(?:['’]\\d{3}){1,9}(?!\\d)(?:[.,]\\d+)?", // 1'234'567.8
  '[1-9]\\d{0,2}(?:\\.\\d{3}){1,9},\\d+(?![,.]?\\d)', // 1.234,56
  '[1-9]\\d{0,2}(?:\\.\\d{3}){2,9}(?!\\.?\\d)', // 1.234.567
  '\\d+,\\d+(?![,.]?\\d)', // 3,5: a decimal comma, or two numbers of a list
  '\\d+\\.\\d+',
  '\\d+',
  '\\.\\d+',
];
/** A look ahead before the look behind: see `startsWithAny`. */
const NUMBER = new RegExp(
  `(?=[\\d.])(?<![\\d\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}^])(?<!\\p{Script=Latin}_)(?:${FORMS.join('|')})`,
  'gu',
);
const GROUPED = /^\d{1,3}(?:,\d{2,3})+(?:\.\d+)?$/;
const GROUPING = new RegExp(`[${THIN}'’]`, 'g');

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Undoes what typesetting does to numbers. Each replacement keeps the order of what is left. */
function prepare(text: string): string {
  let out = text.replace(/__/g, '  ');
  // Most replies are ASCII: one look saves eight passes.
  if (BEYOND_ASCII.test(out)) {
    out = out
      .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, (run) => '^' + Array.from(run, (c) => (c === '⁻' ? '-' : SUPERSCRIPTS.indexOf(c))).join(''))
      .replace(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, (c) => ` ${VULGAR[c]!}`)
      .replace(/[٠-٩۰-۹०-९০-৯๐-๙０-９]/g, (c) => String(c.charCodeAt(0) - ZEROS.findLast((zero) => zero <= c.charCodeAt(0))!))
      .replace(/[−﹣－–]/g, '-')
      .replace(/[⁄∕]/g, '/')
      .replace(/[٪％]/g, '%')
      .replace(/[٬，]/g, ',')
      .replace(/[٫．]/g, '.');
  }
  if (out.includes('\\') || out.includes('{')) {
    out = out
      .replace(/\\[dt]?frac\s{0,2}\{([^{}]{1,40})\}\s{0,2}\{([^{}]{1,40})\}/g, ' $1/$2')
      .replace(/\{,\}/g, ',')
      .replace(/\\[,;!:]/g, '')
      .replace(/\\([%$])/g, '$1')
      .replace(/\\(?:times|cdot)(?![a-z])/g, '×')
      .replace(/\\(?:text|mathrm|mathbf)\{/g, ' ')
      .replace(/\^\{([^{}]{1,8})\}/g, '^$1');
  }
  return out;
}

/** The digits of one token as JavaScript reads them; null when the comma stands between two numbers of a list. */
function digitsOf(token: string, before: string, after: string): string | null {
  if (/^\d+$/.test(token)) return token;
  if (GROUPED.test(token) && token[0] !== '0') {
    const commas = token.split(',');
    if (commas.length > 2 || /^\d{3}(?:\.|$)/.test(commas[1]!)) return token.replaceAll(',', '');
  }
  if (/^\d+,\d+$/.test(token)) {
    const pair = /\d,$/.test(before) || (/[([]$/.test(before) && /^[)\]]/.test(after));
    const afterComma = token.length - token.indexOf(',') - 1;
    return pair || (afterComma === 3 && !token.startsWith('0,')) ? null : token.replace(',', '.');
  }
  if (/^\d{1,3}(?:\.\d{3})+,/.test(token)) return token.replaceAll('.', '').replace(',', '.');
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(token)) return token.replaceAll('.', '');
  return token.replace(GROUPING, '').replace(',', '.');
}

const sticky = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};
/** Whether anything below may follow: most numbers stand before a plain word. */
const MORE = /[ep^×x*/%]|[\s\u00a0][\d×x*/%phtmb]/iy;
const EXPONENT = /[eE][+-]?\d{1,3}(?![\d\p{L}])/uy;
const TIMES_TEN = /\s?[×x*]\s?10\^\(?([+-]?\d{1,3})\)?/y;
const POWER = /\^\(?([+-]?\d{1,3})\)?(?!\d)/y;
const OVER = /\s?\/\s?(\d{1,15}(?:\.\d{1,15})?)(?![\d/]|\.\d)/y;
const MIXED = /[ \u00a0](\d{1,4})\s?\/\s?(\d{1,4})(?![\d/]|\.\d)/y;
const SCALE = /\s(hundred|thousand|million|billion|trillion)(?![a-z])/iy;
const PERCENT = /\s?(?:%|percent(?![a-z])|per cent(?![a-z]))/iy;

/** Whether a minus belongs to the number that starts at `start`: "-5", "-$5", "$-5", "minus 5"; not "3-5", "A-5". */
function negative(text: string, start: number): boolean {
  let i = start - 1;
  if (CURRENCY.includes(text[i] ?? ' ')) i--;
  if (text[i] === '-') return !/[\p{L}\p{N})-]/u.test(text[i - 1] ?? ' ');
  return (
    text[i] === ' ' &&
    /[se]/i.test(text[i - 1] ?? '') &&
    /(?:^|[^\p{L}])(?:minus|negative)\s$/iu.test(text.slice(Math.max(0, i - 10), i + 1))
  );
}

/** All numbers of a text in order. Numbers in words are not among them. */
export function numerals(text: string): { source: string; found: Numeral[] } {
  const source = prepare(text);
  const found: Numeral[] = [];
  NUMBER.lastIndex = 0;
  for (let match = NUMBER.exec(source); match; match = NUMBER.exec(source)) {
    const start = match.index;
    let end = start + match[0].length;
    let digits = digitsOf(match[0], source.slice(Math.max(0, start - 2), start), source.slice(end, end + 1));
    if (digits === null) {
      const comma = match[0].indexOf(',');
      end = start + comma;
      digits = match[0].slice(0, comma);
    }
    const take = (pattern: RegExp): RegExpExecArray | null => {
      const part = sticky(pattern, source, end);
      if (part) end += part[0].length;
      return part;
    };
    let value = Number(digits);
    let whole = /^\d+$/.test(digits);
    const change = (to: number) => {
      value = to;
      whole = false;
    };
    let percent = '';
    if (sticky(MORE, source, end)) {
      const exponent = take(EXPONENT);
      if (exponent) change(Number(digits + exponent[0]));
      const ten = take(TIMES_TEN);
      if (ten) change(Number(`${value}e${Number(ten[1])}`));
      else {
        const power = take(POWER);
        if (power) change(value ** Number(power[1]));
      }
      const part = whole ? take(MIXED) : null;
      if (part && Number(part[2]) > 0) change(value + Number(part[1]) / Number(part[2]));
      else {
        const over = take(OVER);
        if (over && Number(over[1]) > 0) change(value / Number(over[1]));
      }
      const scale = take(SCALE);
      if (scale) change(value * SCALES[scale[1]!.toLowerCase()]!);
      percent = take(PERCENT) ? '%' : '';
    }
    NUMBER.lastIndex = end;
    if (!Number.isFinite(value)) continue;
    const shown = whole ? digits.replace(/^0+(?=\d)/, '') : String(value);
    const sign = value !== 0 && negative(source, start) ? '-' : '';
    found.push({ text: sign + shown + percent, start, end });
  }
  return { source, found };
}

const UNITS = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' '); // prettier-ignore
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const WORDS = new RegExp(
  `${startsWithAny([...TENS, ...UNITS])}(?<!\\p{L})(?:(${TENS.join('|')})(?:[\\s-](${UNITS.slice(1, 10).join('|')}))?|(${UNITS.join('|')}))(?!\\p{L})`,
  'giu',
);

/** "no one", "this one": a pronoun, not a number. */
const PRONOUN = /(?:^|[^\p{L}])(?:no|any|every|some|this|that|which|each|the)[\s-]$/iu;

/** The last number written in words, 0 to 99; null when there is none. */
export function numberInWords(text: string): string | null {
  const match = Array.from(text.matchAll(WORDS)).findLast(
    (m) => !/^one$/i.test(m[0]) || !PRONOUN.test(text.slice(Math.max(0, m.index - 8), m.index)),
  );
  if (!match) return null;
  const [, tens, unit, small] = match.map((part) => part?.toLowerCase());
  return String(small ? UNITS.indexOf(small) : (TENS.indexOf(tens!) + 2) * 10 + (unit ? UNITS.indexOf(unit) : 0));
}

/** Whether the text is one number and nothing else but a currency, a sign and at most one word of unit. */
export function isNumber(text: string): boolean {
  if (text.length > 60) return false;
  const { source, found } = numerals(text.trim());
  if (found.length !== 1) return false;
  const before = source.slice(0, found[0]!.start);
  const after = source.slice(found[0]!.end);
  return /^[\s+$€£¥₹₩₽₺฿¢-]*$/.test(before) && /^\s?[$€£¥₹₩₽₺฿¢°]?(?:\p{L}{1,12}[²³]?)?\.?$/u.test(after);
}
