/** Replies on file by the hash of (model, request), one JSON object a line, only ever appended to. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LlmReply } from '../../../src/promptwizard/llm.ts';

export class CallCache {
  private constructor(
    private readonly file: string,
    private readonly replies: Map<string, LlmReply>,
  ) {}

  static async open(file: string): Promise<CallCache> {
    await mkdir(dirname(file), { recursive: true });
    const text = await readFile(file, 'utf8').catch(() => '');
    const replies = new Map<string, LlmReply>();
    for (const line of text.split('\n')) {
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
