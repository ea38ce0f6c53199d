/** The method's way to the sandbox. What the clock has cut is stored, so that going through the run again says the same. */
import type { Deps, LlmReply } from '../promptwizard/llm.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { CallRecord } from '../store/records.ts';
import { sha256 } from '../store/hash.ts';

export interface UntrustedParts {
  run: string;
  sandbox: Pick<Sandbox, 'run'>;
  calls: { get(hash: string): Promise<CallRecord | undefined>; put(call: CallRecord): Promise<CallRecord> };
  /** True while the run's stored events are being gone through again. */
  replaying(): boolean;
}

/** What passed once may be slower the next time, but must pass again. */
const REPLAY_PATIENCE_MS = 30_000;

export function createRunUntrusted({ run, sandbox, calls, replaying }: UntrustedParts): Deps['runUntrusted'] {
  return async (request) => {
    const again = replaying();
    const hash = () => sha256(['untrusted', 1, run, request]);
    const known = again ? await calls.get(await hash()) : undefined;
    if (known) return { ok: false, error: known.reply.text };
    const { answer, byClock } = await sandbox.run(request, again ? REPLAY_PATIENCE_MS : undefined);
    if (byClock && !answer.ok) {
      const key = await hash();
      const reply: LlmReply = { text: answer.error, finish: 'timeout', tokensIn: 0, tokensOut: 0, ms: 0, hash: key };
      await calls.put({ hash: key, model: 'sandbox', reply, at: Date.now() });
    }
    return answer;
  };
}
