/** The person's own code and patterns, tried from the page: in the sandbox that a run uses, fetched on first need. */
import type { Untrusted, UntrustedAnswer } from '../../promptwizard/llm.ts';
import { createSandbox } from '../../sandbox/sandbox.ts';

const sandbox = createSandbox();

/** @throws SandboxError */
export const tryUntrusted = async (request: Untrusted): Promise<UntrustedAnswer> => (await sandbox.run(request)).answer;
