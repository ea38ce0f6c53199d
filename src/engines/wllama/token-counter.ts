/**
 * Counts tokens with the model's own vocabulary, because the engine's package exposes no tokenizer.
 * Exact for byte-pair models whose way of cutting text is in `CUTS`; close for other byte-pair and for SentencePiece models.
 */
import { estimateTokens } from '../../promptwizard/tokens.ts';
import type { GgufTokenizer } from './gguf-header.ts';

export type TokenCounter = (text: string) => number;

const GPT2 = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
/** One to `digits` digits a piece; contractions in any case; newlines kept apart. */
const modern = (digits: string, mark = '') =>
  new RegExp(
    `'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}${mark}]+|\\p{N}${digits}| ?[^\\s\\p{L}${mark}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    'gu',
  );
/** How the known families cut text into pieces; each piece is encoded by itself. Applied one after the other. */
const CUTS: Record<string, RegExp[]> = {
  'gpt-2': [GPT2],
  smollm: [/\p{N}|[^\p{N}]+/gu, GPT2],
  qwen2: [modern('')],
  qwen35: [modern('', '\\p{M}')],
  'llama-bpe': [modern('{1,3}')],
};
/** Words up to this length are remembered: prompts repeat them. */
const REMEMBERED_LENGTH = 32;
const REMEMBERED_WORDS = 20_000;

/** Null: an estimate, the same for every model. */
export function createTokenCounter(tokenizer: GgufTokenizer | null): TokenCounter {
  if (tokenizer?.model === 'gpt2' && tokenizer.merges.length > 0) return bytePairs(tokenizer);
  if (tokenizer?.model === 'llama' && tokenizer.scores.length > 0) return sentencePiece(tokenizer);
  return estimateTokens;
}

function bytePairs({ merges, tokens, pre }: GgufTokenizer): TokenCounter {
  const ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  const cuts = CUTS[pre] ?? CUTS['qwen2']!;
  const letters = byteLetters();
  const encoder = new TextEncoder();
  // Llama 3 takes a piece that is a token as it is, without following the merges.
  const whole = pre === 'llama-bpe' ? new Set(tokens) : null;
  const known = new Map<string, number>();
  const count = (piece: string): number => {
    const parts = Array.from(encoder.encode(piece), (byte) => letters[byte]!);
    if (whole?.has(parts.join(''))) return 1;
    return merged(parts, (a, b) => ranks.get(`${a} ${b}`) ?? Infinity);
  };
  return (text) => {
    let pieces = [text];
    for (const cut of cuts) pieces = pieces.flatMap((piece) => piece.match(cut) ?? []);
    return remembering(pieces, known, count);
  };
}

function sentencePiece({ tokens, scores }: GgufTokenizer): TokenCounter {
  const score = new Map(tokens.map((token, i) => [token, scores[i] ?? 0]));
  const encoder = new TextEncoder();
  const known = new Map<string, number>();
  const count = (piece: string): number => {
    let bytes = 0;
    const parts = Array.from(piece);
    // A letter that is not in the vocabulary is spelt in bytes.
    for (const letter of parts) if (!score.has(letter)) bytes += encoder.encode(letter).length - 1;
    return bytes + merged(parts, (a, b) => -(score.get(a + b) ?? -Infinity));
  };
  // Tokens begin with the mark of a space and hardly ever hold one inside, so words are counted by themselves.
  return (text) => (text === '' ? 0 : remembering(` ${text}`.replaceAll(' ', '▁').match(/▁*[^▁]+|▁+/g) ?? [], known, count));
}

/** Joins the neighbours of lowest rank until none is left; answers how many parts remain. */
function merged(parts: string[], rank: (a: string, b: string) => number): number {
  while (parts.length > 1) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const r = rank(parts[i]!, parts[i + 1]!);
      if (r < best) [best, at] = [r, i];
    }
    if (at < 0) break;
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
  return parts.length;
}

function remembering(pieces: string[], known: Map<string, number>, count: (piece: string) => number): number {
  let sum = 0;
  for (const piece of pieces) {
    let tokens = known.get(piece);
    if (tokens === undefined) {
      // A very long run without a break would take quadratic time: counted by parts.
      tokens = piece.length > 2000 ? slices(piece, 1000).reduce((n, part) => n + count(part), 0) : count(piece);
      if (piece.length <= REMEMBERED_LENGTH && known.size < REMEMBERED_WORDS) known.set(piece, tokens);
    }
    sum += tokens;
  }
  return sum;
}

const slices = (text: string, length: number) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length));

/** The letters that byte-pair vocabularies write for the 256 bytes: printable ones as they are, the others from U+0100 on. */
function byteLetters(): string[] {
  let spare = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCodePoint(printable ? byte : spare++);
  });
}
