/** What stands before the weights in a GGUF file: facts and vocabulary. The layout is the one in ggml's docs/gguf.md. */
import { EngineError } from '../errors.ts';

export interface GgufHeader {
  /** `llama`, `qwen2`, …; empty when the file does not say. */
  architecture: string;
  /** The model's own name, when it has one. */
  name: string | null;
  /** Tokens that the model was trained to read at once; null when unknown. */
  contextLength: number | null;
  /** Bytes that one token takes in the cache of keys and values, at 16 bits. */
  cacheBytesPerToken: number;
  /** Parts that the model is split into; 1 is whole. */
  parts: number;
  tokenizer: GgufTokenizer | null;
  /** The file is cut short if it is smaller than this. Bytes. */
  leastBytes: number;
}

export interface GgufTokenizer {
  /** `gpt2` is byte-pair encoding, `llama` is SentencePiece. */
  model: string;
  /** How text is cut before the byte-pair encoding: `qwen2`, `llama-bpe`, … */
  pre: string;
  tokens: string[];
  /** 3 is a control token. */
  types: ArrayLike<number>;
  merges: string[];
  scores: ArrayLike<number>;
}

/** The first bytes of every GGUF file. */
export const GGUF_MAGIC = [0x47, 0x47, 0x55, 0x46];

export const isGguf = (bytes: Uint8Array): boolean => GGUF_MAGIC.every((b, i) => bytes[i] === b);

const FIRST_READ = 2 ** 20;
/** The largest vocabularies take about 10 MB. */
const LAST_READ = 2 ** 27;

/**
 * Reads a file's header, however long it is.
 * @param called the file's name or address, for the error
 * @throws EngineError `not-a-model` when it is no GGUF of version 2 or 3, or is cut short
 */
export async function readGgufHeader(file: Blob, called: string): Promise<GgufHeader> {
  for (let size = FIRST_READ; ; size *= 4) {
    const bytes = new Uint8Array(await file.slice(0, size).arrayBuffer());
    try {
      return parse(bytes);
    } catch (error) {
      if (error instanceof RangeError && size < file.size && size < LAST_READ) continue;
      const why = isGguf(bytes) ? 'it is damaged or cut short' : 'it is not a GGUF model';
      throw new EngineError('not-a-model', `${called} can’t be used: ${why}. Choose a file that ends in .gguf and was copied whole.`, {
        cause: error,
      });
    }
  }
}

type Value = string | number | boolean | string[] | ArrayLike<number>;

/** @throws RangeError where the bytes end */
function parse(bytes: Uint8Array): GgufHeader {
  if (!isGguf(bytes)) throw new Error('No GGUF magic');
  const read = reader(bytes);
  read.skip(4);
  const version = read.u32();
  if (version < 2 || version > 3) throw new Error(`GGUF version ${version}`);
  const tensorCount = read.u64();
  const pairCount = read.u64();
  const values = new Map<string, Value>();
  for (let i = 0; i < pairCount; i++) {
    const key = read.string();
    values.set(key, read.value(read.u32()));
  }
  let lastOffset = 0;
  for (let i = 0; i < tensorCount; i++) {
    read.string();
    for (let d = read.u32(); d > 0; d--) read.u64();
    read.u32();
    lastOffset = Math.max(lastOffset, read.u64());
  }
  const alignment = numberOf(values.get('general.alignment')) ?? 32;
  return {
    ...facts(values),
    parts: numberOf(values.get('split.count')) || 1,
    tokenizer: tokenizerOf(values),
    leastBytes: Math.ceil(read.at() / alignment) * alignment + lastOffset + 1,
  };
}

function facts(values: Map<string, Value>) {
  const architecture = textOf(values.get('general.architecture')) ?? '';
  const own = (key: string) => numberOf(values.get(`${architecture}.${key}`));
  const heads = own('attention.head_count') ?? 1;
  const headWidth = (own('embedding_length') ?? 0) / heads;
  const keyAndValue = (own('attention.key_length') ?? headWidth) + (own('attention.value_length') ?? headWidth);
  return {
    architecture,
    name: textOf(values.get('general.name')),
    contextLength: own('context_length'),
    cacheBytesPerToken: 2 * (own('block_count') ?? 0) * (own('attention.head_count_kv') ?? heads) * keyAndValue,
  };
}

function tokenizerOf(values: Map<string, Value>): GgufTokenizer | null {
  const strings = (key: string) => (values.get(`tokenizer.ggml.${key}`) ?? []) as string[];
  const numbers = (key: string) => (values.get(`tokenizer.ggml.${key}`) ?? []) as ArrayLike<number>;
  const tokens = strings('tokens');
  if (tokens.length === 0) return null;
  return {
    model: textOf(values.get('tokenizer.ggml.model')) ?? '',
    pre: textOf(values.get('tokenizer.ggml.pre')) ?? '',
    tokens,
    types: numbers('token_type'),
    merges: strings('merges'),
    scores: numbers('scores'),
  };
}

const textOf = (value: Value | undefined) => (typeof value === 'string' && value !== '' ? value : null);
/** Some models give a list, one number a layer: the largest counts. */
const numberOf = (value: Value | undefined): number | null =>
  typeof value === 'number'
    ? value
    : value && typeof value === 'object' && typeof value[0] === 'number'
      ? Math.max(...(value as number[]))
      : null;

function reader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  let at = 0;
  const step = (length: number) => {
    const from = at;
    at += length;
    if (at > bytes.length) throw new RangeError('The bytes end here');
    return from;
  };
  const u32 = () => view.getUint32(step(4), true);
  const u64 = () => Number(view.getBigUint64(step(8), true));
  const string = () => {
    const length = u64();
    const from = step(length);
    return decoder.decode(bytes.subarray(from, at));
  };
  const scalars: Record<number, () => number> = {
    0: () => view.getUint8(step(1)),
    1: () => view.getInt8(step(1)),
    2: () => view.getUint16(step(2), true),
    3: () => view.getInt16(step(2), true),
    4: u32,
    5: () => view.getInt32(step(4), true),
    6: () => view.getFloat32(step(4), true),
    10: u64,
    11: () => Number(view.getBigInt64(step(8), true)),
    12: () => view.getFloat64(step(8), true),
  };
  const value = (type: number): Value => {
    if (type === 7) return view.getUint8(step(1)) !== 0;
    if (type === 8) return string();
    if (type === 9) {
      const of = u32();
      const length = u64();
      // A wrong length must not reserve memory: each element takes a byte at least.
      if (length > bytes.length - at) throw new RangeError('The bytes end here');
      return Array.from({ length }, () => value(of)) as Value;
    }
    const scalar = scalars[type];
    if (!scalar) throw new Error(`GGUF value type ${type}`);
    return scalar();
  };
  return { u32, u64, string, value, skip: step, at: () => at };
}
