import type { Recording } from '../../src/formats/recording.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import type { Llm } from '../../src/promptwizard/llm.ts';
import { optimize } from '../../src/promptwizard/optimize.ts';
import type { Row } from '../../src/promptwizard/types.ts';
import { callHash } from '../../src/store/hash.ts';

/** Runs the method again over recorded replies. Asking anything that was not recorded fails. */
export async function replay(recording: Recording, countTokens: (text: string) => number): Promise<RunEvent[]> {
  const { input, replies, reviewed } = recording;
  const known = new Map(replies.map((reply) => [reply.hash, reply]));
  const llm: Llm = async (request) => {
    const reply = known.get(await callHash(input.model.id, request));
    if (!reply) throw new Error(`This call was not recorded: ${request.purpose}.`);
    return reply;
  };
  const events: RunEvent[] = [];
  const deps = {
    countTokens,
    stopped: () => false,
    reviewRows: ({ position, rows }: { position: number; rows: Row[] }) => Promise.resolve(reviewed[position] ?? rows),
    runUntrusted: () => Promise.resolve({ ok: false as const, error: 'No code was recorded.' }),
  };
  for await (const event of optimize(input, llm, deps)) events.push(event);
  return events;
}
