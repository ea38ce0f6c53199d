/**
 * Replies on file by the hash of (model, request), one JSON object a line, only ever appended to. Below it may lie a
 * compressed one that is kept with the sources, so that a table can be made again without asking a model.
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { LlmReply } from '../../../src/promptwizard/llm.ts';

export class CallCache {
  private constructor(
    private readonly file: string,
    private readonly replies: Map<string, LlmReply>,
  ) {}

  /** @param kept the compressed one below, which need not be there */
  static async open(file: string, kept?: string): Promise<CallCache> {
    await mkdir(dirname(file), { recursive: true });
    const below = kept ? await readFile(kept).then((bytes) => gunzipSync(bytes).toString('utf8'), () => '') : ''; // prettier-ignore
    const text = await readFile(file, 'utf8').catch(() => '');
    const replies = new Map<string, LlmReply>();
    for (const line of `${below}\n${text}`.split('\n')) {
      const reply = read(line);
      if (reply && !replies.has(reply.hash)) replies.set(reply.hash, reply);
    }
    // A process that was killed in the middle of a line leaves it without an end.
    if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
    return new CallCache(file, replies);
  }

  get size(): number {
    return this.replies.size;
  }
  get(hash: string): LlmReply | undefined {
    return this.replies.get(hash);
  }
  /** All of it, compressed, to be kept. @returns bytes */
  async keep(kept: string): Promise<number> {
    const lines = [...this.replies.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1)).map((reply) => JSON.stringify(reply));
    const bytes = gzipSync(lines.join('\n'), { level: 9 });
    await mkdir(dirname(kept), { recursive: true });
    await writeFile(kept, bytes);
    return bytes.length;
  }
  /** On file before it is used. */
  async put(reply: LlmReply): Promise<void> {
    await appendFile(this.file, JSON.stringify(reply) + '\n');
    this.replies.set(reply.hash, reply);
  }
}

function read(line: string): LlmReply | null {
  try {
    return JSON.parse(line) as LlmReply;
  } catch {
    return null;
  }
}
